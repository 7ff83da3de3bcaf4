import { type ChildSpec, type RunningProcess, startProcess } from "./child-process.ts";
import { type KeptRunning, keepRunning } from "./keep-running.ts";
import { waitUntilReady } from "./wait-until-ready.ts";

export interface ProcessGroup {
  /** Starts a program and keeps it running. */
  keep(spec: ChildSpec): Promise<KeptRunning>;
  /** The same for what is not one of our Node programs. */
  keepOther(
    spec: Pick<ChildSpec, "name" | "logFile">,
    start: () => Promise<RunningProcess>,
  ): Promise<KeptRunning>;
  /** Starts a program, keeps it running and waits until the URL answers 200. */
  keepReady(spec: ChildSpec, url: string): Promise<KeptRunning>;
  /** Process ids by name. */
  pids(): Record<string, number>;
  /** Last started, first stopped: nothing loses what it depends on while it still works. */
  stop(): Promise<void>;
}

export function processGroup(options: {
  signal: AbortSignal;
  say: (line: string) => void;
  onRestart: () => void;
}): ProcessGroup {
  const { signal, say, onRestart } = options;
  const kept: KeptRunning[] = [];
  const group: ProcessGroup = {
    keep: (spec) => group.keepOther(spec, async () => startProcess(spec)),
    async keepOther({ name, logFile }, start) {
      signal.throwIfAborted();
      const running = await keepRunning({ name, logFile, start, say, onRestart });
      kept.push(running);
      return running;
    },
    async keepReady(spec, url) {
      const running = await group.keep(spec);
      await waitUntilReady({ kept: running, url, logFile: spec.logFile, signal });
      return running;
    },
    pids: () => Object.fromEntries(kept.map((each) => [each.name, each.pid() ?? 0])),
    async stop() {
      for (const running of [...kept].reverse()) await running.stop();
    },
  };
  return group;
}
