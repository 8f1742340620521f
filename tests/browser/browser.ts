import { DevTools } from "./devtools.ts";

/** Where Debian puts it. */
export const CHROMIUM = "/usr/bin/chromium";
const FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--hide-scrollbars",
  "--remote-debugging-port=0",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-default-apps",
  "--force-color-profile=srgb",
];
/** Milliseconds after which what should be on the screen will not come any more. */
const PATIENCE_MS = 10_000;
const LOOK_MS = 20;
/** Milliseconds for which what is clicked on has to stay where it is. */
const STILL_MS = 60;

/** What a key is to the browser. */
const KEYS: Readonly<Record<string, { readonly code: number; readonly text: string }>> = {
  Enter: { code: 13, text: "\r" },
  Escape: { code: 27, text: "" },
  ArrowUp: { code: 38, text: "" },
  ArrowDown: { code: 40, text: "" },
  ArrowLeft: { code: 37, text: "" },
  ArrowRight: { code: 39, text: "" },
  End: { code: 35, text: "" },
  Home: { code: 36, text: "" },
};

/** What a screen reader has of something on the page. */
interface AccessibleNode {
  readonly ignored: boolean;
  readonly role?: { readonly value: string };
  readonly name?: { readonly value: string };
}

/** Chromium without a window, with one page: what a person does there, and what is to be seen then. */
export class Browser implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #profile: string;
  /** Until it has said all that it has to say, which nobody wants to hear. */
  readonly #quiet: Promise<void>;
  readonly #tools: DevTools;
  /** Addresses of everything that the page asked for. */
  readonly requests: string[] = [];
  /** What went wrong in the page: exceptions, and what its policy forbade. */
  readonly faults: string[] = [];

  private constructor(
    process: Deno.ChildProcess,
    profile: string,
    { tools, quiet }: { readonly tools: DevTools; readonly quiet: Promise<void> },
  ) {
    this.#process = process;
    this.#profile = profile;
    this.#tools = tools;
    this.#quiet = quiet;
    tools.onEvent = (method, params) => this.#take(method, params);
  }

  /** @throws {Error} If there is no Chromium, or it does not start. */
  static async start(): Promise<Browser> {
    const profile = await Deno.makeTempDir();
    const process = new Deno.Command(CHROMIUM, {
      args: [...FLAGS, `--user-data-dir=${profile}`, "about:blank"],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const said = process.stderr.pipeThrough(new TextDecoderStream()).getReader();
    const tools = await DevTools.connect(await urlIn(said));
    const browser = new Browser(process, profile, { tools, quiet: unheard(said) });
    await browser.#begin();
    return browser;
  }

  /** Opens an address and waits until the page has loaded. */
  async open(url: string): Promise<void> {
    await this.#tools.send("Page.navigate", { url });
    await this.until(
      `document.readyState === "complete" && location.href.startsWith(${quoted(url)})`,
    );
  }

  /** @param scheme What the machine's settings say. */
  async setLooks(
    { width, height, scheme = "light", scale = 1 }: {
      readonly width: number;
      readonly height: number;
      readonly scheme?: "light" | "dark";
      readonly scale?: number;
    },
  ): Promise<void> {
    await this.#tools.send("Emulation.setDeviceMetricsOverride", {
      width,
      height,
      deviceScaleFactor: scale,
      mobile: false,
    });
    await this.#tools.send("Emulation.setEmulatedMedia", {
      features: [{ name: "prefers-color-scheme", value: scheme }],
    });
  }

  /** What an expression is in the page. @throws {Error} If it throws there. */
  async evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.#tools.send("Runtime.evaluate", {
      expression,
      returnByValue: true,
      awaitPromise: true,
    });
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { readonly value?: unknown }).value;
  }

  /**
   * Waits until an expression is true; what it speaks of need not be there before.
   *
   * @throws {Error} If it does not become so.
   */
  async until(expression: string): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    const attempt = `(() => { try { return ${expression}; } catch { return false; } })()`;
    while (await this.evaluate(attempt) !== true) {
      if (performance.now() > end) throw new Error(`This has not become true: ${expression}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** Text of an element, as it can be read; waits for the element. */
  async text(selector: string): Promise<string> {
    await this.until(`document.querySelector(${quoted(selector)}) !== null`);
    return String(await this.evaluate(`document.querySelector(${quoted(selector)}).textContent`));
  }

  /** Texts of all such elements. */
  async texts(selector: string): Promise<readonly string[]> {
    return await this.evaluate(
      `[...document.querySelectorAll(${quoted(selector)})].map((each) => each.textContent)`,
    ) as readonly string[];
  }

  /** Moves the mouse onto an element. @param text What it says, where there are several. */
  async hover(selector: string, text = ""): Promise<void> {
    await this.#mouse("mouseMoved", await this.#placeOf(selector, text));
  }

  /** Clicks on an element. @param text What it says, where there are several. */
  async click(selector: string, text = ""): Promise<void> {
    const place = await this.#placeOf(selector, text);
    await this.#mouse("mouseMoved", place);
    for (const type of ["mousePressed", "mouseReleased"]) {
      await this.#mouse(type, place, { button: "left", clickCount: 1 });
    }
  }

  /** Turns the wheel over an element. @param by Pixels down. */
  async scroll(selector: string, by: number): Promise<void> {
    await this.#mouse("mouseWheel", await this.#placeOf(selector, ""), { deltaX: 0, deltaY: by });
  }

  /** Types a text, or presses a key that has a name. */
  async type(text: string): Promise<void> {
    const named = KEYS[text];
    if (named !== undefined) return await this.#press(text, named.code, named.text);
    for (const letter of text) await this.#press(letter, 0, letter);
  }

  /** Markup of everything that can be used and has no name for who cannot see it. */
  async nameless(): Promise<readonly string[]> {
    const { nodes } = await this.#tools.send("Accessibility.getFullAXTree");
    const roles = ["button", "textbox", "combobox", "tab", "grid", "tree", "listbox", "dialog"];
    return (nodes as AccessibleNode[])
      .filter(({ ignored, role, name }) =>
        !ignored && roles.includes(role?.value ?? "") && (name?.value ?? "") === ""
      ).map(({ role }) => String(role?.value));
  }

  async screenshot(path: string): Promise<void> {
    const { data } = await this.#tools.send("Page.captureScreenshot", { format: "png" });
    await Deno.writeFile(path, Uint8Array.fromBase64(String(data)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tools.close();
    this.#process.kill();
    await this.#process.status;
    await this.#quiet;
    await Deno.remove(this.#profile, { recursive: true }).catch(() => {});
  }

  async #begin(): Promise<void> {
    const { targetInfos } = await this.#tools.send("Target.getTargets");
    const page = (targetInfos as { type: string; targetId: string }[])
      .find(({ type }) => type === "page");
    const { sessionId } = await this.#tools.send("Target.attachToTarget", {
      targetId: page?.targetId,
      flatten: true,
    });
    this.#tools.sessionId = String(sessionId);
    for (const domain of ["Page", "Runtime", "Network", "Log", "Accessibility"]) {
      await this.#tools.send(`${domain}.enable`);
    }
  }

  #take(method: string, params: Readonly<Record<string, unknown>>): void {
    if (method === "Network.requestWillBeSent") {
      this.requests.push((params["request"] as { readonly url: string }).url);
    } else if (method === "Runtime.exceptionThrown") this.faults.push(JSON.stringify(params));
    else if (method === "Log.entryAdded") {
      const { source, text } = params["entry"] as {
        readonly source: string;
        readonly text: string;
      };
      // That a filter is refused is an answer.
      if (source !== "network") this.faults.push(text);
    }
  }

  /** Middle of an element, once it is there and moves no more. */
  async #placeOf(selector: string, text: string): Promise<{ x: number; y: number }> {
    const found = `[...document.querySelectorAll(${quoted(selector)})]` +
      `.find((each) => each.textContent.includes(${quoted(text)}))`;
    await this.until(`${found} !== undefined`);
    const place = `(() => {
      const element = ${found};
      element?.scrollIntoView({ block: "nearest" });
      const { x = 0, y = 0, width = 0, height = 0 } = element?.getBoundingClientRect() ?? {};
      return { x: x + width / 2, y: y + height / 2 };
    })()`;
    for (let before = "";;) {
      const now = await this.evaluate(place) as { x: number; y: number };
      if (JSON.stringify(now) === before) return now;
      before = JSON.stringify(now);
      await new Promise((resolve) => setTimeout(resolve, STILL_MS));
    }
  }

  async #mouse(type: string, place: { x: number; y: number }, more: object = {}): Promise<void> {
    await this.#tools.send("Input.dispatchMouseEvent", { type, ...place, ...more });
  }

  async #press(key: string, code: number, text: string): Promise<void> {
    const event = { key, windowsVirtualKeyCode: code, ...text === "" ? {} : { text } };
    await this.#tools.send("Input.dispatchKeyEvent", { type: "keyDown", ...event });
    await this.#tools.send("Input.dispatchKeyEvent", { type: "keyUp", ...event });
  }
}

/** Where it can be driven, which is the first thing it says. */
async function urlIn(reader: ReadableStreamDefaultReader<string>): Promise<string> {
  let said = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`Cannot start ${CHROMIUM}: ${said}`);
    said += value;
    const [url] = /ws:\/\/\S+/.exec(said) ?? [];
    if (url !== undefined) return url;
  }
}

async function unheard(reader: ReadableStreamDefaultReader<string>): Promise<void> {
  while (!(await reader.read()).done);
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
