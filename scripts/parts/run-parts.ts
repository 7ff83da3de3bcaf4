import type { CommandResult } from "./run-command.ts";

export interface Part {
  readonly name: string;
  readonly run: () => Promise<CommandResult>;
}

/**
 * Runs every part, also after one has failed, and ends with why each failed one did, one line for
 * each part, and the closing lines of the runners: all of it fits the tail of a long log. Returns the
 * exit code of the whole: 0 only when all parts passed.
 */
export async function runParts(parts: readonly Part[], signal?: AbortSignal): Promise<number> {
  const report: string[] = [];
  const closing: string[] = [];
  const failures: string[] = [];
  let code = 0;
  for (const part of parts) {
    if (signal?.aborted) {
      report.push(`${part.name}: not run`);
      code = 130;
      continue;
    }
    process.stdout.write(`\n== ${part.name}\n`);
    const startedAt = Date.now();
    const result = await run(part);
    if (result.code !== 0) {
      code = code || 1;
      failures.push(`== ${part.name} FAILED`, ...(result.failures ?? []));
    }
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    report.push(`${part.name}: ${result.code === 0 ? "passed" : "FAILED"} in ${seconds} s`);
    closing.push(...result.closingLines);
  }
  if (failures.length > 0) process.stdout.write(`\n${failures.join("\n")}\n`);
  process.stdout.write(`\n${report.join("\n")}\n`);
  if (closing.length > 0) process.stdout.write(`\n${closing.join("\n")}\n`);
  return code;
}

async function run(part: Part): Promise<CommandResult> {
  try {
    return await part.run();
  } catch (error) {
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`${why}\n`);
    return { code: 1, closingLines: [], failures: [why] };
  }
}
