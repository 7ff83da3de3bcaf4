import type { CheckState } from "./check.ts";
import { combineStates } from "./combine-states.ts";
import type { FrameworkId } from "./frameworks/framework.ts";
import { FRAMEWORKS } from "./frameworks.ts";
import type { CheckId } from "./judge-checks.ts";

export interface FlippedControl {
  readonly framework: FrameworkId;
  readonly control: string;
  /** Null: it was never judged. */
  readonly before: CheckState | null;
  readonly state: CheckState;
  readonly checks: readonly CheckId[];
}

/** Controls whose state is another one than by what the checks said before. */
export function flippedControls(
  before: ReadonlyMap<CheckId, CheckState>,
  now: readonly { readonly checkId: CheckId; readonly state: CheckState }[],
): FlippedControl[] {
  const states = new Map(now.map(({ checkId, state }) => [checkId, state]));
  return FRAMEWORKS.flatMap(({ id, controls }) =>
    controls.flatMap(({ id: control, checks }) => {
      const was = checks.flatMap((check) => before.get(check) ?? []);
      const is = combineStates(checks.flatMap((check) => states.get(check) ?? []));
      const old = was.length === checks.length ? combineStates(was) : null;
      return old === is ? [] : [{ framework: id, control, before: old, state: is, checks }];
    }),
  );
}
