import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { throwawayDirectory } from "#test/harness/throwaway-directory.ts";
import { freePorts } from "#test/peers/running-server.ts";

/** A sink that is idempotent by ids, and can be killed at any moment. */
export interface KillableReceiver {
  readonly name: string;
  /** The configuration of a sink that goes there. */
  readonly config: Record<string, unknown>;
  start(): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** The ids of all it holds: one that stands twice was doubled. */
  ids(): Promise<string[]>;
  stop(): Promise<void>;
}

/** OpenSearch's `_bulk`, or a webhook, in a process of its own. */
export async function httpReceiver(kind: "opensearch" | "webhook"): Promise<KillableReceiver> {
  const main = fileURLToPath(new URL("./receiver-process.ts", import.meta.url));
  const [port = 0] = await freePorts(1);
  const file = join(await throwawayDirectory(), "events.jsonl");
  let child: ChildProcess | undefined;
  const gone = async () => {
    const running = child;
    child = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    await new Promise((resolve) => {
      running.once("exit", resolve);
      running.kill("SIGKILL");
    });
  };
  return {
    name: kind,
    config: { kind, url: `http://127.0.0.1:${port}` },
    async start() {
      const env = {
        ...process.env,
        NODE_OPTIONS: "",
        RECEIVER_KIND: kind,
        RECEIVER_PORT: String(port),
        RECEIVER_FILE: file,
      };
      const started = spawn(process.execPath, ["--conditions=react-server", main], {
        stdio: ["ignore", "pipe", "inherit"],
        env,
      });
      child = started;
      await new Promise<void>((resolve, reject) => {
        started.stdout.once("data", () => resolve());
        started.once("exit", () => reject(new Error(`the ${kind} did not start`)));
      });
    },
    kill: gone,
    stop: gone,
    async ids() {
      if (!existsSync(file)) return [];
      // The last line may be half written when it was killed: it was not answered either.
      const whole = readFileSync(file, "utf8").split("\n").slice(0, -1).filter(Boolean);
      return whole.map((line) => (JSON.parse(line) as { id: string }).id);
    },
  };
}
