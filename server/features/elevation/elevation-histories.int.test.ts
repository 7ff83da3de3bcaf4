import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { isMetByOracle } from "#server/engines/quorum/testing/oracle.ts";
import type { QuorumReview } from "#server/engines/quorum/types.ts";
import { elevated } from "#server/platform/authz/production-rights.ts";
import type { Role } from "#server/platform/authz/scopes.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  activate,
  ask,
  fresh,
  offer,
  review,
  runOut,
  tender,
} from "./testing/elevation-fixture.ts";
import { requestExtension } from "./verbs/request-extension.ts";
import { revokeGrant } from "./verbs/revoke-grant.ts";
import { tendElevation } from "./verbs/tend-elevation.ts";

const PEOPLE = ["ada", "ben", "cem"];
const BOTH: Role[] = ["sovereign-admin", "security-officer"];
const SCOPES = ["runtime.secrets.override", "runtime.deployments.execute"] as const;

type Command =
  | { do: "ask" | "activate" | "extend" | "tend" | "revoke" | "run-out"; who: string; pick: number }
  | { do: "approve"; who: string }
  | { do: "roles"; who: string; roles: Role[] }
  | { do: "policy"; count: number };

const who = fc.constantFrom(...PEOPLE);
const named = (act: Extract<Command, { pick: number }>["do"]) =>
  fc.tuple(who, fc.nat(5)).map(([name, pick]): Command => ({ do: act, who: name, pick }));
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 5, arbitrary: named("ask") },
  { weight: 12, arbitrary: who.map((name): Command => ({ do: "approve", who: name })) },
  { weight: 8, arbitrary: named("activate") },
  { weight: 1, arbitrary: named("extend") },
  { weight: 1, arbitrary: named("tend") },
  { weight: 2, arbitrary: named("revoke") },
  { weight: 1, arbitrary: named("run-out") },
  {
    weight: 1,
    arbitrary: fc
      .tuple(who, fc.subarray(BOTH))
      .map(([name, roles]): Command => ({ do: "roles", who: name, roles })),
  },
  { weight: 1, arbitrary: fc.nat(1).map((more): Command => ({ do: "policy", count: more + 1 })) },
);

const counted = { histories: 0, commands: 0, activated: 0, blocked: 0, looks: 0 };
afterAll(() => {
  process.stdout.write(`elevation histories: ${JSON.stringify(counted)}\n`);
});

/** Plays a history through the verbs; what they refuse (AppError) is no fault, anything else is. */
async function play(commands: readonly Command[]): Promise<void> {
  const tenant = await newTenant();
  const roles = new Map<string, Role[]>(PEOPLE.map((name) => [name, BOTH]));
  const as = (name: string) =>
    userOf(tenant, name, { roles: ["developer", ...(roles.get(name) ?? [])] });
  let version = (await offer(tenant)).version;
  const asked: { requestId: string; approvalId: string; subjectDigest: string; who: string }[] = [];
  const grants: string[] = [];
  const used = new Set<string>();
  const act = async (step: Command): Promise<void> => {
    const newest = asked.at(-1);
    switch (step.do) {
      case "ask": {
        const scopes = [SCOPES[step.pick % 2] ?? SCOPES[0]];
        asked.push({ ...(await ask(as(step.who), { scopes })), who: step.who });
        return;
      }
      case "approve":
        if (newest) await review(as(step.who), await current(tenant, newest));
        return;
      case "activate": {
        if (!newest) return;
        // Now and then somebody else tries.
        const caller = as(step.pick === 0 ? step.who : newest.who);
        const outcome = await activate(
          caller,
          newest,
          PEOPLE.map((name) => fresh(as(name))),
        );
        counted[outcome.outcome] += 1;
        // Asked again, a request that was used says the same, whatever became of the policy since.
        if (outcome.outcome !== "activated" || used.has(newest.requestId)) return;
        used.add(newest.requestId);
        grants.push(outcome.grantId);
        await assertRightful(tenant, newest.requestId, roles);
        return;
      }
      case "extend": {
        const grantId = grants.at(-1) ?? "";
        const input = { grantId, durationSeconds: 600, reason: "It takes longer" };
        if (grantId)
          asked.push({ ...(await runVerb(requestExtension, as(step.who), input)), who: step.who });
        return;
      }
      case "tend":
        if (newest) await runVerb(tendElevation, tender(tenant), { requestId: newest.requestId });
        return;
      case "revoke":
      case "run-out": {
        const grantId = grants[step.pick % Math.max(grants.length, 1)];
        if (!grantId) return;
        if (step.do === "run-out") await runOut(tenant, grantId);
        else await runVerb(revokeGrant, as(step.who), { grantId, reason: "No longer" });
        return;
      }
      case "roles":
        roles.set(step.who, step.roles);
        return;
      case "policy": {
        const groups = [{ role: "security-officer" as const, count: step.count }];
        version = (await offer(tenant, { groups }, version)).version;
      }
    }
  };
  for (const step of commands) {
    counted.commands += 1;
    await act(step).catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error;
    });
    if (step.do !== "approve" && step.do !== "ask") await assertUnion(tenant);
  }
  counted.histories += 1;
}

async function current<Asked extends { approvalId: string }>(
  tenant: AuthorizedTenantId,
  asked: Asked,
): Promise<Asked & { subjectDigest: string }> {
  const [row] = await asSuperuser<{ digest: string }>(
    "SELECT encode(subject_digest, 'hex') AS digest FROM approval_request WHERE tenant_id = $1 AND request_id = $2",
    [tenant, asked.approvalId],
  );
  return { ...asked, subjectDigest: row?.digest ?? "" };
}

/** What the guard adds is what the rows say is live, added up, and nothing else. */
async function assertUnion(tenant: AuthorizedTenantId): Promise<void> {
  const rows = await asSuperuser<{ person_subject: string; scopes: string[] }>(
    `SELECT person_subject, scopes FROM elevation_grant
     WHERE tenant_id = $1 AND revoked_at IS NULL AND starts_at <= clock_timestamp() AND ends_at > clock_timestamp()`,
    [tenant],
  );
  for (const name of PEOPLE) {
    const own = rows.filter((row) => row.person_subject === name).flatMap(({ scopes }) => scopes);
    const caller = await elevated(userOf(tenant, name, { scopes: [] }));
    expect([...caller.scopes].sort()).toEqual([...new Set(own)].sort());
    counted.looks += 1;
  }
}

/** By the rows alone, past every verb and query: was there a quorum of others for what was activated? */
async function assertRightful(
  tenant: AuthorizedTenantId,
  requestId: string,
  roles: ReadonlyMap<string, Role[]>,
): Promise<void> {
  const [row] = await asSuperuser<{
    approval_id: string;
    revision: number;
    digest: string;
    requester_issuer: string;
    requester_subject: string;
    groups: { role: string; count: number }[];
    is_current: boolean;
  }>(
    `SELECT r.approval_id, a.revision, encode(a.subject_digest, 'hex') AS digest, a.requester_issuer, a.requester_subject,
       v.spec -> 'groups' AS groups, r.policy_version = p.version AS is_current
     FROM elevation_request r JOIN approval_request a ON a.tenant_id = r.tenant_id AND a.request_id = r.approval_id
     JOIN elevation_policy p ON p.tenant_id = r.tenant_id AND p.environment = r.environment
     JOIN elevation_policy_version v ON v.tenant_id = p.tenant_id AND v.environment = p.environment AND v.version = p.version
     WHERE r.tenant_id = $1 AND r.request_id = $2`,
    [tenant, requestId],
  );
  if (!row) throw new Error("activated, and not there");
  const reviews = await asSuperuser<{
    review_id: string;
    revision: number;
    digest: string;
    reviewer_issuer: string;
    reviewer_subject: string;
    reviewer_roles: string[];
    decision: QuorumReview["decision"];
  }>(
    "SELECT *, encode(subject_digest, 'hex') AS digest FROM approval_review WHERE tenant_id = $1 AND request_id = $2",
    [tenant, row.approval_id],
  );
  const requester = { issuer: row.requester_issuer, subject: row.requester_subject };
  const subject = {
    revision: row.revision,
    digest: row.digest,
    requester,
    human: "requester" as const,
  };
  const asNow = reviews.map((each) => ({
    reviewId: each.review_id,
    revision: each.revision,
    digest: each.digest,
    reviewer: { issuer: each.reviewer_issuer, subject: each.reviewer_subject },
    roles: each.reviewer_roles.filter((role) =>
      roles.get(each.reviewer_subject)?.includes(role as Role),
    ),
    decision: each.decision,
  }));
  expect(row.is_current).toBe(true);
  expect(isMetByOracle(row.groups, subject, asNow, [])).toBe(true);
}

test("random histories through the verbs: granted by a quorum of others alone, and what is over gives nothing", async () => {
  await fc.assert(fc.asyncProperty(fc.array(command, { minLength: 14, maxLength: 24 }), play), {
    numRuns: 15,
    endOnFailure: true,
  });
  expect(counted.activated).toBeGreaterThan(2);
  expect(counted.blocked).toBeGreaterThan(2);
}, 240_000);
