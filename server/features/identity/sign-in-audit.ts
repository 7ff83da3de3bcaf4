import "server-only";
import type { Caller } from "#server/platform/actor.ts";
import { emitEvent } from "#server/platform/audit/emit.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { recordDenial } from "#server/platform/audit/record-denial.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { env } from "#server/platform/env/env.ts";
import { systemCaller } from "#server/platform/system-caller.ts";
import type { RealmConfig } from "./config.ts";

export type SignInFailure = "provider" | "failed" | "no_role" | "no_tenant" | "demo_account";

export interface SignedPerson {
  readonly sessionId: string;
  readonly issuer: string;
  readonly subject: string;
  readonly displayName: string;
  readonly roles: readonly string[];
}

/** Written before the session exists: a sign-in that can't be recorded does not happen. */
export async function recordSignedIn(
  realm: RealmConfig,
  person: SignedPerson,
  acr: string | null,
): Promise<void> {
  await emit(realm, person, {
    type: "runtime.identity.signed-in",
    subject: `session/${person.sessionId}`,
    payload: { realm: realm.realm, acr },
  });
}

export async function recordSignedOut(
  realm: RealmConfig,
  person: SignedPerson,
  reason: string,
): Promise<void> {
  await emit(realm, person, {
    type: "runtime.identity.signed-out",
    subject: `session/${person.sessionId}`,
    payload: { realm: realm.realm, reason },
  });
}

/** A failed sign-in belongs to no tenant, so it goes to the Sovereign's log; a flood is counted. */
export async function recordFailedSignIn(
  realm: RealmConfig,
  cause: SignInFailure,
  subject?: string,
): Promise<void> {
  await recordDenial(systemCaller(env().SOVEREIGN, "identity"), {
    act: `identity.sign-in/${realm.realm}`,
    cause,
    detail: { realm: realm.realm, issuer: realm.issuer, ...(subject ? { subject } : {}) },
  });
}

/** The log of the realm's own tenant; the Sovereign's for its own realm. */
async function emit(
  realm: RealmConfig,
  person: SignedPerson,
  draft: AuditEventDraft,
): Promise<void> {
  const home = realm.binding.kind === "tenant" ? realm.binding.tenant : env().SOVEREIGN;
  const caller: Caller = {
    ...systemCaller(home, "identity"),
    actor: { kind: "user", ...person },
  };
  await withTenant(caller.tenant, "tenant", (tx) => emitEvent(tx, caller, draft));
}
