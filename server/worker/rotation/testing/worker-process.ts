import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface WorkerProcess {
  child: ChildProcess;
  /** Settles when the process is gone, with the signal that ended it. */
  exited: Promise<NodeJS.Signals | null>;
  /** What it wrote, for assertions and for looking into a failure. */
  output(): string;
  stop(): Promise<void>;
}

/** A real worker, as `npm start` runs it. */
export function startWorker(env: Record<string, string>): WorkerProcess {
  const main = fileURLToPath(new URL("../../main.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=react-server", main], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_OPTIONS: "", WORKER_LEASE_SECONDS: "2", ...env },
  });
  let written = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      written += chunk.toString();
    });
  }
  const exited = new Promise<NodeJS.Signals | null>((resolve) => {
    child.once("exit", (_code, signal) => resolve(signal));
  });
  return {
    child,
    exited,
    output: () => written,
    async stop() {
      if (child.exitCode === null) child.kill("SIGTERM");
      await exited;
    },
  };
}
