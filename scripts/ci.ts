/**
 * `.ci/run`: `npm test` and everything else that must hold, what is quick first. Every part runs,
 * also after one has failed; ends with what failed, the seconds of each part, and the closing lines of
 * the test runners.
 */
import { join } from "node:path";
import { runCommand } from "./parts/run-command.ts";
import { type Part, runParts } from "./parts/run-parts.ts";

const root = join(import.meta.dirname, "..");
const stopping = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => stopping.abort());

function npmPart(
  script: string,
  { env = {}, options = [] }: { env?: Record<string, string>; options?: readonly string[] } = {},
): Part {
  const given = options.length > 0 ? ["--", ...options] : [];
  const args = [...(script === "test" ? ["test"] : ["run", script]), ...given];
  return {
    name: `npm ${args.join(" ")}`,
    run: () =>
      runCommand("npm", args, { cwd: root, signal: stopping.signal, env: { CI: "true", ...env } }),
  };
}

const parts = [
  npmPart("format:check"),
  npmPart("lint"),
  npmPart("check"),
  npmPart("typecheck"),
  npmPart("test:conformance"),
  npmPart("build"),
  npmPart("weight"),
  npmPart("test"),
  npmPart("test:peers", { env: { PEERS: "required" } }),
  // A missed aim is only printed: the machine may be a busy one. A wrong answer fails.
  npmPart("bench:audit", { options: ["--events", "200000", "--rounds", "20"] }),
];
process.exit(await runParts(parts, stopping.signal));
