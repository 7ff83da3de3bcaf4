import { setTimeout as wait } from "node:timers/promises";
import { lastLines } from "./child-process.ts";
import type { KeptRunning } from "./keep-running.ts";

const CRASHES_BEFORE_GIVING_UP = 3;

interface ReadyOptions {
  readonly kept: KeptRunning;
  readonly url: string;
  readonly logFile: string;
  readonly signal: AbortSignal;
  readonly timeoutMillis?: number;
}

/** Waits until the URL answers 200; throws, with the end of the log, when the program cannot get there. */
export async function waitUntilReady(options: ReadyOptions): Promise<void> {
  const { kept, url, logFile, signal, timeoutMillis = 90_000 } = options;
  const deadline = Date.now() + timeoutMillis;
  let last = "no answer";
  for (;;) {
    signal.throwIfAborted();
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(5_000), redirect: "manual" });
      await response.arrayBuffer();
      if (response.status === 200) return;
      last = `status ${response.status}`;
    } catch (error) {
      last = String(
        (error as Error & { cause?: Error }).cause?.message ?? (error as Error).message,
      );
    }
    if (kept.crashes() >= CRASHES_BEFORE_GIVING_UP || Date.now() > deadline) {
      throw new Error(
        `The ${kept.name} does not become ready (${last}). The end of ${logFile}:\n${lastLines(logFile)}`,
      );
    }
    await wait(100, undefined, { signal });
  }
}
