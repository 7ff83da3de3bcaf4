import "server-only";
import type { CheckId } from "#server/engines/compliance/judge-checks.ts";
import { messageKey } from "#server/engines/compliance/message-key.ts";
import english from "../../../messages/en/compliance.json" with { type: "json" };

const controls: Record<string, Record<string, string>> = english.control;
const checks: Record<string, string> = english.check;

/** A control's short words for documents, in English: those of the screen. */
export function controlWords(framework: string, control: string): string {
  return controls[framework]?.[messageKey(control)] ?? control;
}

export function checkWords(checkId: CheckId): string {
  return checks[checkId] ?? checkId;
}
