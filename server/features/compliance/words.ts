import "server-only";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { CheckId } from "#server/engines/compliance/judge-checks.ts";
import { messageKey } from "#server/engines/compliance/message-key.ts";

const Words = z.object({
  control: z.record(z.string(), z.record(z.string(), z.string())),
  check: z.record(z.string(), z.string()),
});
let english: z.infer<typeof Words> | undefined;

/** The screen's own English words, for documents. Read as a file, like the policies: once. */
function words(): z.infer<typeof Words> {
  english ??= Words.parse(
    JSON.parse(readFileSync(join(process.cwd(), "messages/en/compliance.json"), "utf8")),
  );
  return english;
}

/** A control's short words. */
export function controlWords(framework: string, control: string): string {
  return words().control[framework]?.[messageKey(control)] ?? control;
}

export function checkWords(checkId: CheckId): string {
  return words().check[checkId] ?? checkId;
}
