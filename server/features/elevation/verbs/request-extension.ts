import "server-only";
import { identityOf, isSameIdentity } from "#server/features/approvals/index.ts";
import type { Caller } from "#server/platform/actor.ts";
import { isScope } from "#server/platform/authz/scopes.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { elevationPolicyFacts } from "../elevation-policy-facts.ts";
import { factsOfPerson } from "../facts-of-person.ts";
import { type GrantRow, lockGrant } from "../grant-rows.ts";
import { policyToAskBy } from "../policy-rows.ts";
import { RequestExtensionInput, RequestOutcome } from "../schema.ts";
import { askForElevation } from "../writes/ask-for-elevation.ts";

/** Asks for an own grant to last longer: approved again, by one request at a time. */
export const requestExtension = verb({
  name: "elevation.requestExtension",
  scope: "runtime.elevation.request",
  policy: "RequestElevation",
  input: RequestExtensionInput,
  output: RequestOutcome,
  async facts({ tx, tenant, caller, input }) {
    const grant = await ownGrant(tx, caller, input.grantId);
    const policy = await policyToAskBy(tx, tenant, grant.environment);
    const facts = await factsOfPerson(tx, caller, policy, {
      scopes: grant.scopes,
      durationSeconds: input.durationSeconds,
      startsAt: null,
      prolongs: grant,
      requestId: null,
    });
    return elevationPolicyFacts(caller, grant.environment, { ...facts });
  },
  async run(context) {
    const { tx, tenant, caller, input } = context;
    const grant = await ownGrant(tx, caller, input.grantId);
    const waiting = await tx.query(
      `SELECT 1 FROM elevation_request
       WHERE tenant_id = $1 AND grant_id = $2 AND kind = 'extension' AND state = 'waiting'`,
      [tenant, grant.grant_id],
    );
    if (waiting.length > 0) {
      throw new AppError("conflict", "This grant is being asked to last longer already.", {
        said: { key: "elevation.extensionAsked" },
        remedy: "Activate or withdraw that request first.",
      });
    }
    const { output, events } = await askForElevation(context, {
      policy: await policyToAskBy(tx, tenant, grant.environment),
      scopes: grant.scopes.filter(isScope),
      durationSeconds: input.durationSeconds,
      startsAt: null,
      reason: input.reason,
      prolongs: grant.grant_id,
    });
    return audited(output, ...events);
  },
});

/** Locked: two that ask at once come one after the other. Anybody else's is as absent. */
async function ownGrant(
  tx: TenantTx,
  { tenant, actor }: Caller,
  grantId: string,
): Promise<GrantRow> {
  const grant = await lockGrant(tx, tenant, grantId);
  const person = { issuer: grant.person_issuer, subject: grant.person_subject };
  if (!isSameIdentity(identityOf(actor), person)) throw notFound("elevation grant");
  if (grant.kind === "break-glass") {
    throw new AppError("conflict", "What was opened by breaking glass is never prolonged.", {
      said: { key: "elevation.glassNotProlonged" },
      remedy: "Ask for elevation in the ordinary way.",
    });
  }
  return grant;
}
