import type { Entry, FrameEntry } from "../entry.ts";
import { CHANNEL_SIGHTS } from "./channel_sights.ts";
import type { ConnectionState } from "./connection.ts";
import { DECLARATION_SIGHTS } from "./declaration_sights.ts";
import { JOB_SIGHTS } from "./job_sights.ts";
import { MEMORY_LIMITS, type MemoryLimits } from "./limits.ts";
import type { Handler } from "./scene.ts";
import { SETUP_SIGHTS } from "./setup_sights.ts";
import { SHARE_SIGHTS } from "./share_sights.ts";
import type { About, Sight } from "./sight.ts";
import { seeLine } from "./sv1_sights.ts";
import { TEMPLATE_SIGHTS } from "./template_sights.ts";
import type { Moment } from "./timeline.ts";
import { World } from "./world.ts";

const HANDLERS = new Map<unknown, Handler>([
  ...SETUP_SIGHTS,
  ...CHANNEL_SIGHTS,
  ...JOB_SIGHTS,
  ...SHARE_SIGHTS,
  ...DECLARATION_SIGHTS,
  ...TEMPLATE_SIGHTS,
]);

/** Notes after which everything that was said on the connection is still known. */
const HARMLESS =
  /^(?:(?:connection|handshake|keys)-.*|sv1|not-encrypted|other-protocol|sides-swapped)$/;
const ENDED = "connection-closed";
const OTHER: About = { kind: "other" };

/**
 * Follows what goes by, on all connections at once: which channels, jobs, shares, templates and tokens
 * there are, and which of them an entry is about. What a capture claims may be made up, so memory is
 * bounded and nothing throws.
 */
export class Tracker {
  readonly world: World;

  constructor(limits: MemoryLimits = MEMORY_LIMITS) {
    this.world = new World(limits);
  }

  /** How much was forgotten for want of room, by kind. */
  get forgotten(): Readonly<Record<string, number>> {
    return this.world.forgotten;
  }

  /** Takes in the next entry. @param entry In the order of time. */
  see(entry: Entry): Sight {
    const { world } = this;
    const at = { order: ++world.order, time: entry.time, entry: entry.number };
    const on = world.on(entry.connection);
    on.entries++;
    if (entry.kind === "note") return { entry, at, on, about: this.#note(entry.code, on) };
    if (entry.direction === "up") on.firstUp ??= at;
    else on.firstDown ??= at;
    const about = entry.kind === "line"
      ? seeLine(entry, on, world, at)
      : this.#frame(entry, on, at);
    return { entry, at, on, about };
  }

  #note(code: string, on: ConnectionState): About {
    if (code === ENDED) {
      on.closed = true;
      this.world.end(on);
    } else if (!HARMLESS.test(code)) this.world.breakOff(on);
    return OTHER;
  }

  #frame(entry: FrameEntry, on: ConnectionState, at: Moment): About {
    const { message, value, direction } = entry;
    if (message === undefined) return OTHER;
    if (value === undefined) {
      this.world.breakOff(on);
      return OTHER;
    }
    // What the wrong side says changes nothing.
    if (message.from !== "both" && (message.from === "client") !== (direction === "up")) {
      if (on.isWhole) return OTHER;
    }
    const about = HANDLERS.get(message)?.(value, { world: this.world, on, entry, at }) ?? OTHER;
    const { protocol } = message;
    if (direction === "up" && protocol !== "common" && protocol !== "extensions") on.spoken++;
    return about;
  }
}
