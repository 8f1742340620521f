import project from "../deno.json" with { type: "json" };

/** Of this program, as in deno.json. */
export const VERSION: string = project.version;
