import type { Tone } from "#components/ui/status.tsx";
import type { LifecycleView, StepView, TenantLives } from "#server/features/onboarding/views.ts";

export const STATE_TONE: Record<TenantLives["tenants"][number]["state"], Tone> = {
  asked: "info",
  onboarding: "due",
  active: "ok",
  offboarding: "due",
  offboarded: "unknown",
};

export const LIFE_TONE: Record<LifecycleView["state"], Tone> = {
  awaiting_approval: "due",
  waiting: "due",
  carrying_out: "info",
  stopped: "danger",
  done: "ok",
  refused: "unknown",
  canceled: "unknown",
};

export const STEP_STAGE = {
  pending: "ahead",
  doing: "current",
  held: "current",
  done: "done",
  failed: "failed",
} as const satisfies Record<StepView["state"], string>;

const OPEN = new Set<LifecycleView["state"]>([
  "awaiting_approval",
  "waiting",
  "carrying_out",
  "stopped",
]);

export function isUnderWay(lifecycle: LifecycleView | null): boolean {
  return lifecycle !== null && OPEN.has(lifecycle.state);
}
