import "server-only";
import type { StepKind } from "#server/engines/onboarding/steps.ts";
import type { StepDetail, StepTask } from "#server/features/onboarding/schema.ts";
import type { KeycloakRealms } from "#server/integrations/keycloak-admin/realms.ts";
import type { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import type { Caller } from "#server/platform/actor.ts";

/** What a step's act came to; an error that it throws is a failure that may be tried again. */
export interface ActOutcome {
  outcome: "done" | "held";
  detail: StepDetail;
  /** What is waited for, in words. */
  trouble?: string;
  sealed?: { manifest: string; bytes: number };
}

export interface LifecycleParts {
  vault: Pick<OpenBaoClient, "kv" | "access" | "tenantAccess">;
  /** Null: none is configured, so realms are made by hand. */
  realms: KeycloakRealms | null;
}

export interface StepContext {
  task: StepTask;
  parts: LifecycleParts;
  /** The worker in the Sovereign's tenant, where the act stands. */
  sovereign: Caller;
}

export type StepAct = (context: StepContext) => Promise<ActOutcome>;
export type StepActs = Readonly<Record<StepKind, StepAct>>;

export const done = (detail: StepDetail = {}): ActOutcome => ({ outcome: "done", detail });
export const held = (trouble: string, detail: StepDetail = {}): ActOutcome => ({
  outcome: "held",
  detail,
  trouble,
});
