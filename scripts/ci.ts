/**
 * `.ci/run`: `npm test`, then everything else that must hold. Every part runs, also after one has
 * failed; ends with the seconds of each and the closing lines of the test runners.
 */
import { join } from "node:path";
import { runCommand } from "./parts/run-command.ts";
import { type Part, runParts } from "./parts/run-parts.ts";

const root = join(import.meta.dirname, "..");
const stopping = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => stopping.abort());

function npmPart(script: string, env: Record<string, string> = {}): Part {
  const args = script === "test" ? ["test"] : ["run", script];
  return {
    name: `npm ${args.join(" ")}`,
    run: () =>
      runCommand("npm", args, { cwd: root, signal: stopping.signal, env: { CI: "true", ...env } }),
  };
}

const parts = [
  npmPart("test"),
  npmPart("test:conformance"),
  npmPart("typecheck"),
  npmPart("lint"),
  npmPart("format:check"),
  npmPart("check"),
  npmPart("build"),
  npmPart("weight"),
  npmPart("test:peers", { PEERS: "required" }),
];
process.exit(await runParts(parts, stopping.signal));
