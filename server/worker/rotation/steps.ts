import "server-only";
import type { RotationState, RotationStep } from "#server/engines/rotation/state-machine.ts";
import type { StepResult } from "#server/features/rotation/schema.ts";
import type { Outcome } from "./outcome.ts";
import type { Trouble } from "./outside-trouble.ts";
import { rollBack } from "./roll-back.ts";
import type { RotationRun } from "./rotation-run.ts";
import { takeBack } from "./take-back.ts";

type Step = (run: RotationRun) => Promise<StepResult>;

/** Each step is a `begin` that stores the intent, the rotator's act, and a `record` of its outcome. */
export const STEPS: Record<RotationStep, Step> = {
  async stage(run) {
    const found = await run.rotator.look();
    if (found.kind === "refused") return rollBack(run, found.trouble);
    const { oldHandle, newHandle } = found;
    await run.begin("stage", { oldHandle, newHandle });
    return conclude(run, "staged", await run.rotator.stage());
  },
  async apply(run) {
    await run.begin("apply");
    return conclude(run, "applied", await run.rotator.apply());
  },
  async verify(run) {
    await run.begin("verify");
    return conclude(run, "verified", await run.rotator.verify());
  },
  async promote(run) {
    await run.begin("promote");
    const outcome = await run.rotator.promote();
    if (outcome.kind === "done") return run.recordPromotion(outcome.version, outcome.note);
    return conclude(run, "promoted", outcome);
  },
  async settle(run) {
    await run.begin("settle");
    const note = await run.rotator.settle();
    const usual = "old and new value both work";
    return run.record("grace", { note: typeof note === "string" ? note : usual });
  },
  async revoke(run) {
    if (run.state === "grace") await run.lookAtConsumers();
    const begun = await run.begin("revoke");
    if (begun.isWaiting) {
      await run.tellHeld();
      return begun;
    }
    const revoked = await run.rotator.revoke();
    if (revoked.kind === "orphaned") return run.record("orphaned", shortened(revoked.trouble));
    if (revoked.kind !== "done") return concludeRevocation(run, revoked);
    const dead = await run.rotator.proveDead();
    if (dead.kind !== "done") return concludeRevocation(run, dead);
    const note = [dead.note, revoked.note].filter(Boolean).join("; ");
    return run.recordOrPass("verified_dead", note);
  },
  async destroy(run) {
    await run.begin("destroy");
    return run.record("done", { note: await run.rotator.destroy() });
  },
  async resolve(run) {
    await run.begin("resolve");
    const truth = await run.rotator.ask(run.resumeState ?? "requested");
    switch (truth.kind) {
      case "state":
        return run.record(truth.state, { note: truth.note });
      case "promoted":
        return run.recordPromotion(truth.version, `version ${truth.version}`);
      case "refused":
        return rollBack(run, truth.trouble);
    }
  },
  "roll-back": (run) => rollBack(run),
  "take-back": takeBack,
};

function conclude(run: RotationRun, to: RotationState, outcome: Outcome): Promise<StepResult> {
  switch (outcome.kind) {
    case "done":
      return run.recordOrPass(to, outcome.note);
    case "refused":
      return rollBack(run, outcome.trouble);
    case "unknown":
      return run.record("indeterminate", shortened(outcome.trouble));
  }
}

/** After promotion there is nothing to undo: the revocation is tried again, or asked about. */
function concludeRevocation(
  run: RotationRun,
  outcome: Exclude<Outcome, { kind: "done" }>,
): Promise<StepResult> {
  const to = outcome.kind === "unknown" ? "indeterminate" : "revoke_failed";
  return run.record(to, shortened(outcome.trouble));
}

function shortened({ errorCode, errorText }: Trouble): Trouble {
  return { errorCode, errorText: errorText.slice(0, 500) };
}
