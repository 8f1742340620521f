/** What a log line may carry. Text from a peer is given as it came: the writer escapes it. */
export type LogFields = Readonly<
  Record<string, string | number | bigint | boolean | undefined>
>;

/**
 * Where machines tell what happened. An event is a stable dotted name (`"share.accepted"`), all else
 * is fields; a sentence for a person goes into the field `hint`.
 */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** A log whose lines all carry `fields`. */
  with(fields: LogFields): Log;
}
