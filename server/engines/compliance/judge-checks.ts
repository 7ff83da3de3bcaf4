import type { Judgement } from "./check.ts";
import { accessChecks } from "./checks/access-checks.ts";
import { approvalChecks } from "./checks/approval-checks.ts";
import { credentialChecks } from "./checks/credential-checks.ts";
import { logChecks } from "./checks/log-checks.ts";
import { operationChecks } from "./checks/operation-checks.ts";
import { placeChecks } from "./checks/place-checks.ts";
import { recordChecks } from "./checks/record-checks.ts";
import type { ComplianceFacts } from "./facts.ts";

/** Every live check: facts in, a judgement out. */
export const CHECKS = {
  ...credentialChecks,
  ...approvalChecks,
  ...accessChecks,
  ...placeChecks,
  ...logChecks,
  ...recordChecks,
  ...operationChecks,
} as const satisfies Record<string, (facts: ComplianceFacts) => Judgement>;

export type CheckId = keyof typeof CHECKS;
export const CHECK_IDS = Object.keys(CHECKS) as readonly CheckId[];

/** What each check says of one tenant at one moment. Same facts, same judgements (law 11). */
export function judgeChecks(
  facts: ComplianceFacts,
): readonly (Judgement & { readonly checkId: CheckId })[] {
  return CHECK_IDS.map((checkId) => ({ checkId, ...CHECKS[checkId](facts) }));
}
