import { CHECK_STATES, type CheckState } from "#server/engines/compliance/check.ts";
import {
  FRAMEWORK_IDS,
  type FrameworkId,
} from "#server/engines/compliance/frameworks/framework.ts";

/** The framework that a URL names; the first one where it names none. */
export function frameworkOfUrl(param: string | null | undefined): FrameworkId {
  return FRAMEWORK_IDS.find((id) => id === param) ?? "soc2";
}

/** The state that a URL filters by. */
export function stateOfUrl(param: string | null | undefined): CheckState | null {
  return CHECK_STATES.find((state) => state === param) ?? null;
}
