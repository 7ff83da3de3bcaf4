/**
 * `npm test`: unit and integration tests (real Postgres), then end-to-end in a real Chromium
 * against a console of its own. A failing part fails the whole; the later parts still run.
 * `npm test -- --skip e2e` or `--only e2e` for one half; arguments after those go to Playwright.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { endToEnd } from "./parts/end-to-end.ts";
import { runCommand } from "./parts/run-command.ts";
import { type Part, runParts } from "./parts/run-parts.ts";

const root = join(import.meta.dirname, "..");
const { values, positionals } = parseArgs({
  options: { only: { type: "string" }, skip: { type: "string" } },
  allowPositionals: true,
});

const stopping = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => stopping.abort());

const parts: (Part & { id: string })[] = [
  {
    id: "vitest",
    name: "unit and integration",
    run: () => runCommand("vitest", ["run"], { cwd: root, signal: stopping.signal }),
  },
  { id: "e2e", name: "end-to-end", run: () => endToEnd(root, stopping.signal, positionals) },
];
const chosen = parts.filter(
  (part) => (!values.only || part.id === values.only) && part.id !== values.skip,
);
process.exit(await runParts(chosen, stopping.signal));
