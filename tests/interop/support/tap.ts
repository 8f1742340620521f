import { Decoded, keepCapture } from "./decoded.ts";
import { type Bench, SECRET_KEY } from "./headframe.ts";
import { freePort, type Started } from "./process.ts";

export interface TapOptions {
  /** Of the recording, without its ending. */
  readonly name: string;
  /** Port of a server with the published key. */
  readonly sv2: number;
  /** Port of a server of Stratum V1. */
  readonly sv1?: number;
}

/** `headframe inspect proxy` with the published key, recording. */
export class Tap {
  readonly port: number;
  readonly process: Started;
  readonly #file: string;
  readonly #name: string;

  private constructor(port: number, process: Started, file: string, name: string) {
    this.port = port;
    this.process = process;
    this.#file = file;
    this.#name = name;
  }

  /** One that listens. */
  static async start(bench: Bench, { name, sv2, sv1 }: TapOptions): Promise<Tap> {
    const port = freePort();
    const file = `${bench.directory}/${name}.pcapng`;
    const process = bench.run([
      ...["inspect", "proxy", "--listen", `127.0.0.1:${port}`],
      ...["--to", `stratum2+tcp://127.0.0.1:${sv2}/${bench.publicKey}`],
      ...sv1 === undefined ? [] : ["--to", `stratum+tcp://127.0.0.1:${sv1}`],
      ...["--authority-secret-key-file", bench.file(`${name}.key`, SECRET_KEY)],
      ...["--write", file],
    ]);
    await process.sees(/Ctrl-C/);
    return new Tap(port, process, file, name);
  }

  /** Ends it. @returns What it recorded, read back. */
  async end(): Promise<Decoded> {
    const code = await this.process.stop();
    const complaint = /WARN|ERROR|headframe: /.exec(this.process.output());
    if (code !== 0 || complaint !== null) {
      throw new Error(`${this.#name} ended with ${code}:\n${this.process.output().slice(-2_000)}`);
    }
    const recording = await Deno.readFile(this.#file);
    await keepCapture(`${this.#name}.pcapng`, recording);
    return Decoded.read(recording);
  }
}
