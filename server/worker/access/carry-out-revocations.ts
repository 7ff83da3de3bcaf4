import "server-only";
import type { z } from "zod";
import type { RecordRevocationInput } from "#server/features/access-reviews/directory-schema.ts";
import { beginRevocation } from "#server/features/access-reviews/verbs/begin-revocation.ts";
import { recordRevocation } from "#server/features/access-reviews/verbs/record-revocation.ts";
import { type IdentityConfig, realmOfIssuer } from "#server/features/identity/config.ts";
import { KeycloakAdminError } from "#server/integrations/keycloak-admin/keycloak-admin-error.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { type DueKey, eachDue } from "../jobs/each-due.ts";
import { realmDirectory } from "./realm-directory.ts";

const BATCH = 50;
const LEASE_SECONDS = 60;
const RETRY_SECONDS = 30;

type Outcome = z.input<typeof RecordRevocationInput>["outcome"];

/** Asks issuers to take away what a closed review revoked. Gives how many it looked at. */
export function carryOutRevocations(identity: IdentityConfig): Promise<number> {
  return eachDue<DueKey>("app.due_access_revocations($1)", [BATCH], async (due) => {
    const scopes = ["runtime.reviews.tend"] as const;
    const caller = workerCaller({ tenantId: due.tenant_id, name: "access-reviews", scopes });
    const input = { itemId: due.id, leaseSeconds: LEASE_SECONDS };
    const { wanted } = await runVerb(beginRevocation, caller, input);
    if (!wanted) return;
    const outcome = await ask(identity, wanted);
    await runVerb(recordRevocation, caller, {
      itemId: due.id,
      outcome,
      retryAfterSeconds: RETRY_SECONDS,
    });
  });
}

async function ask(
  identity: IdentityConfig,
  { issuer, subject, role }: { issuer: string; subject: string; role: string },
): Promise<Outcome> {
  const realm = realmOfIssuer(identity, issuer);
  const directory = realm?.directory?.removesRoles ? realmDirectory(realm) : null;
  if (!directory) return { kind: "by-hand", why: "not-allowed" };
  try {
    const answer = await directory.removeRole(subject, role);
    if (answer === "not-direct") return { kind: "by-hand", why: "not-direct" };
    // Absent is as good as removed: the next reading says so.
    return { kind: "asked" };
  } catch (error) {
    if (!(error instanceof KeycloakAdminError)) throw error;
    if (error.failure === "permission_denied") return { kind: "by-hand", why: "not-allowed" };
    return { kind: "failed", code: error.failure };
  }
}
