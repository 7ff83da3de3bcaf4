/**
 * `npm start`: the whole demo in one command. See README.md.
 * Options after `--`: `--reset` begins anew, `--port <n>`, `--data-dir <path>`.
 * Environment: DEMO=omantel|bankdhofar.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { demoUsersLine } from "../server/embedded/supervisor/demo-users-line.ts";
import { supervise } from "../server/embedded/supervisor/supervise.ts";
import { DEMO_SOVEREIGNS } from "../server/features/identity/realms/demo-sovereigns.ts";

const root = join(import.meta.dirname, "..");
const say = (line: string) => void process.stderr.write(`${line}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      reset: { type: "boolean", default: false },
      port: { type: "string" },
      "data-dir": { type: "string" },
    },
  });
  const demo = process.env.DEMO || "omantel";
  const sovereign = DEMO_SOVEREIGNS.find((each) => each.name === demo);
  if (!sovereign) {
    throw new Error(
      `DEMO=${demo} is unknown: use ${DEMO_SOVEREIGNS.map((each) => each.name).join(" or ")}.`,
    );
  }
  if (process.env.CONSOLE_MODE === "production") {
    throw new Error(
      "`npm start` runs the demo with its embedded parts, which CONSOLE_MODE=production refuses. " +
        'Start the console and the worker by themselves: see README.md, "Production".',
    );
  }
  const port = values.port ?? process.env.PORT;
  if (port !== undefined && !/^\d{1,5}$/.test(port))
    throw new Error(`--port ${port} is not a port.`);

  const stopping = new AbortController();
  // npm passes a Ctrl-C on although the terminal already sent it to us: hearing it twice is normal.
  const stopped = new Promise<void>((resolve) => {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(name, () => {
        if (!stopping.signal.aborted) say("Stopping…");
        stopping.abort();
        resolve();
      });
    }
  });
  try {
    const running = await supervise({
      root,
      sovereign: sovereign.name,
      dataDir: values["data-dir"] ?? join(root, ".data", sovereign.name),
      ...(port === undefined ? {} : { ports: { console: Number(port) } }),
      reset: values.reset,
      signal: stopping.signal,
      say,
    });
    process.stdout.write(`${demoUsersLine(running.runtime.consoleUrl, sovereign)}\n`);
    await stopped;
    await running.stop();
    return 0;
  } catch (error) {
    if (stopping.signal.aborted) return 0;
    throw error;
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
