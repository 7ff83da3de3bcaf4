import { type ChildSpec, lastLines, startProcess } from "./child-process.ts";

/** Runs a program to its end; throws, with the end of its log, unless it exits 0. */
export async function runOnce(spec: ChildSpec, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const running = startProcess(spec);
  const onAbort = () => void running.stop();
  signal.addEventListener("abort", onAbort, { once: true });
  const how = await running.ended;
  signal.removeEventListener("abort", onAbort);
  signal.throwIfAborted();
  if (running.exitCode() === 0) return;
  throw new Error(
    `The ${spec.name} failed (${how}). The end of ${spec.logFile}:\n${lastLines(spec.logFile)}`,
  );
}
