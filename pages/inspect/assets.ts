/**
 * The page that `inspect --web` serves, as it is built into the program. page.js is made of main.tsx
 * by `deno task page`.
 *
 * @module
 */

import icon from "./icon.svg" with { type: "text" };
import html from "./index.html" with { type: "text" };
import css from "./page.css" with { type: "text" };
import js from "./page.js" with { type: "text" };

/** Files by name, each with its media type. */
export const INSPECT_PAGE = {
  "index.html": { type: "text/html", body: html },
  "page.css": { type: "text/css", body: css },
  "page.js": { type: "text/javascript", body: js },
  "icon.svg": { type: "image/svg+xml", body: icon },
} as const;
