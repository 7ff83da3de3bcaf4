import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { runCommand } from "../../scripts/parts/run-command.ts";

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const Report = z.object({
  success: z.boolean(),
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
});

/**
 * Runs Vitest with this configuration, its output passed on, and counts. A run that ends badly with
 * no test to blame (a file that does not load, a server that does not start) counts as one failure.
 */
export async function runVitest(options: {
  root: string;
  config: string;
  files?: readonly string[];
  env?: Record<string, string>;
  signal?: AbortSignal;
}): Promise<Tally> {
  const folder = await mkdtemp(join(tmpdir(), "peers-report-"));
  const reportFile = join(folder, "report.json");
  try {
    const { code } = await runCommand(
      "vitest",
      [
        ...["run", "--config", options.config, "--reporter=default", "--reporter=json"],
        ...[`--outputFile.json=${reportFile}`, ...(options.files ?? [])],
      ],
      {
        cwd: options.root,
        ...(options.env ? { env: options.env } : {}),
        ...(options.signal ? { signal: options.signal } : {}),
      },
    );
    return await tallyOf(reportFile, code);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function tallyOf(reportFile: string, code: number): Promise<Tally> {
  const text = await readFile(reportFile, "utf8").catch(() => null);
  if (text === null) return { passed: 0, failed: 1, skipped: 0 };
  const report = Report.parse(JSON.parse(text));
  const failed = report.numFailedTests || (code === 0 && report.success ? 0 : 1);
  return {
    passed: report.numPassedTests,
    failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
