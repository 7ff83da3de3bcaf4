import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { isMetByOracle } from "#server/engines/quorum/testing/oracle.ts";
import type { QuorumReview } from "#server/engines/quorum/types.ts";
import type { Role } from "#server/platform/authz/scopes.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  ask,
  claimAs,
  demand,
  fresh,
  image,
  ONE_ADMIN,
  PROD,
  pipeline,
  review,
  runOut,
  sha,
  tend,
} from "./testing/deployment-fixture.ts";
import { reviseDeployment } from "./verbs/revise-deployment.ts";

const PEOPLE = ["ada", "ben", "cem", "dua"];
const BOTH: Role[] = ["sovereign-admin", "security-officer"];
const ELEVATED = { ...ONE_ADMIN, requiresElevation: true };
const POLICIES = [ONE_ADMIN, PROD, { ...ONE_ADMIN, waitingSeconds: 3_600 }, ELEVATED];

type Command =
  | { do: "approve" | "reject" | "elevate" | "end-elevation"; who: string }
  | { do: "claim" | "tend" | "revise" | "expire" | "skip-wait" }
  | { do: "roles"; who: string; roles: Role[] }
  | { do: "policy"; number: number };

const who = fc.constantFrom(...PEOPLE);
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 16, arbitrary: who.map((name): Command => ({ do: "approve", who: name })) },
  { weight: 1, arbitrary: who.map((name): Command => ({ do: "reject", who: name })) },
  { weight: 5, arbitrary: fc.constantFrom<Command>({ do: "claim" }, { do: "tend" }) },
  { weight: 2, arbitrary: fc.constantFrom<Command>({ do: "revise" }, { do: "skip-wait" }) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(who, fc.subarray(BOTH))
      .map(([name, roles]): Command => ({ do: "roles", who: name, roles })),
  },
  { weight: 4, arbitrary: who.map((name): Command => ({ do: "elevate", who: name })) },
  { weight: 1, arbitrary: who.map((name): Command => ({ do: "end-elevation", who: name })) },
  { weight: 1, arbitrary: fc.constant<Command>({ do: "expire" }) },
  {
    weight: 1,
    arbitrary: fc.nat(POLICIES.length - 1).map((number): Command => ({ do: "policy", number })),
  },
);

/** Played first: a claim by a live elevation, and one that is over when it is claimed. */
const EXAMPLES: [Command[], boolean, boolean][] = [
  [[{ do: "approve", who: "ben" }, { do: "claim" }], false, true],
  [
    [{ do: "approve", who: "ben" }, { do: "end-elevation", who: "ben" }, { do: "claim" }],
    false,
    true,
  ],
];

const counted = { histories: 0, commands: 0, claimed: 0, elevated: 0, blocked: 0 };
afterAll(() => {
  process.stdout.write(`execution histories: ${JSON.stringify(counted)}\n`);
});

/** Plays a history through the verbs; what they refuse (AppError) is no fault, anything else is. */
async function play(
  commands: readonly Command[],
  isHumanUnknown: boolean,
  isElevationAsked: boolean,
): Promise<void> {
  const tenant = await newTenant();
  const roles = new Map<string, Role[]>(PEOPLE.map((name) => [name, BOTH]));
  const as = (name: string) =>
    userOf(tenant, name, { roles: ["developer", ...(roles.get(name) ?? [])] });
  let version = (await demand(tenant, isElevationAsked ? ELEVATED : ONE_ADMIN)).version;
  // What an environment that demands elevation asks of whoever changes its policy.
  await elevate(tenant, "policy-author");
  if (isElevationAsked) for (const name of ["ben", "cem"]) await elevate(tenant, name);
  const requester = isHumanUnknown ? pipeline(tenant) : as("ada");
  let asked: { deploymentId: string; subjectDigest: string } = await ask(requester);
  let content = 0;
  const act = async (step: Command): Promise<void> => {
    switch (step.do) {
      case "approve":
      case "reject":
        await review(as(step.who), asked, step.do);
        break;
      case "tend": {
        await tend(tenant, asked.deploymentId);
        asked = await current(tenant, asked.deploymentId);
        break;
      }
      case "revise":
        asked = await runVerb(reviseDeployment, requester, {
          deploymentId: asked.deploymentId,
          images: [image("checkout", `r${++content}`)],
          configDigest: sha("checkout config 7"),
          changeRef: "checkout#1",
          reason: "Another try",
        });
        break;
      case "roles":
        roles.set(step.who, step.roles);
        break;
      case "policy":
        version = (await demand(tenant, POLICIES[step.number], version)).version;
        break;
      case "elevate":
        await elevate(tenant, step.who);
        break;
      case "end-elevation":
        await asSuperuser(
          `UPDATE elevation_grant SET starts_at = starts_at - interval '1 day', ends_at = clock_timestamp() - interval '1 second'
           WHERE tenant_id = $1 AND person_subject = $2`,
          [tenant, step.who],
        );
        break;
      case "expire":
        await runOut(tenant, asked.deploymentId);
        break;
      case "skip-wait":
        await asSuperuser(
          "UPDATE deployment_request SET revised_at = revised_at - interval '2 hours' WHERE tenant_id = $1",
          [tenant],
        );
        break;
      case "claim": {
        const approvers = PEOPLE.map((name) => fresh(tenant, name, ...(roles.get(name) ?? [])));
        const outcome = await claimAs(pipeline(tenant), asked, approvers);
        counted[outcome.outcome] += 1;
        if (outcome.outcome === "claimed") await assertRightful(tenant, asked.deploymentId, roles);
      }
    }
  };
  for (const step of commands) {
    counted.commands += 1;
    await act(step).catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error;
    });
  }
  counted.histories += 1;
  const [{ claims } = { claims: -1 }] = await asSuperuser<{ claims: number }>(
    "SELECT count(*)::int AS claims FROM deployment_history WHERE tenant_id = $1 AND act = 'claimed'",
    [tenant],
  );
  expect(claims).toBeLessThanOrEqual(1);
}

/** A grant of an hour, as its activation would leave it. */
async function elevate(tenant: AuthorizedTenantId, name: string): Promise<void> {
  const scopes = ["approvals.decide", "deployments.execute", "environments.manage"];
  await asSuperuser(
    `WITH event AS (SELECT event_id FROM audit_event WHERE tenant_id = $1 LIMIT 1)
     INSERT INTO elevation_grant (tenant_id, grant_id, kind, environment, person_issuer, person_subject, person_name, scopes,
       reason, starts_at, ends_at, state, grant_event_id, created_at)
     SELECT $1, uuidv7(), 'jit', 'prod', 'https://idp.test/realms/' || $1, $2, $2, $3, 'A release',
       clock_timestamp() - interval '1 second', clock_timestamp() + interval '1 hour', 'granted', event_id, clock_timestamp()
     FROM event`,
    [tenant, name, scopes.map((scope) => `runtime.${scope}`)],
  );
}

async function current(tenant: AuthorizedTenantId, deploymentId: string) {
  const [row] = await asSuperuser<{ digest: string }>(
    "SELECT encode(subject_digest, 'hex') AS digest FROM deployment_request WHERE tenant_id = $1 AND deployment_id = $2",
    [tenant, deploymentId],
  );
  return { deploymentId, subjectDigest: row?.digest ?? "" };
}

/** By the rows alone, past every verb and query: was there a quorum for what was claimed? */
async function assertRightful(
  tenant: AuthorizedTenantId,
  deploymentId: string,
  roles: ReadonlyMap<string, Role[]>,
): Promise<void> {
  const [row] = await asSuperuser<{
    requester_issuer: string;
    requester_subject: string;
    human_unknown: boolean;
    revision: number;
    digest: string;
    groups: { role: string; count: number }[];
    is_current: boolean;
    demands_elevation: boolean;
    is_elevated: boolean;
  }>(
    `SELECT a.requester_issuer, a.requester_subject, a.human_unknown, d.revision, encode(d.subject_digest, 'hex') AS digest,
       v.spec -> 'groups' AS groups, d.policy_version = p.version AS is_current,
       coalesce((v.spec ->> 'requiresElevation')::boolean, false) AS demands_elevation,
       EXISTS (SELECT FROM elevation_grant g WHERE g.tenant_id = d.tenant_id AND g.environment = d.environment
         AND g.starts_at <= d.claimed_at AND g.ends_at > d.claimed_at AND 'runtime.deployments.execute' = ANY (g.scopes)
         AND (g.person_subject = a.requester_subject OR EXISTS (SELECT FROM approval_review r WHERE r.tenant_id = d.tenant_id
           AND r.request_id = d.approval_id AND r.subject_digest = d.subject_digest AND r.reviewer_subject = g.person_subject))) AS is_elevated
     FROM deployment_request d JOIN approval_request a ON a.tenant_id = d.tenant_id AND a.request_id = d.approval_id
     JOIN environment_policy p ON p.tenant_id = d.tenant_id AND p.environment = d.environment
     JOIN environment_policy_version v ON v.tenant_id = p.tenant_id AND v.environment = p.environment AND v.version = p.version
     WHERE d.tenant_id = $1 AND d.deployment_id = $2`,
    [tenant, deploymentId],
  );
  if (!row) throw new Error("claimed, and not there");
  const reviews = await asSuperuser<{
    review_id: string;
    revision: number;
    digest: string;
    reviewer_issuer: string;
    reviewer_subject: string;
    reviewer_roles: string[];
    decision: QuorumReview["decision"];
  }>(
    `SELECT r.*, encode(r.subject_digest, 'hex') AS digest FROM approval_review r
     JOIN deployment_request d ON d.tenant_id = r.tenant_id AND d.approval_id = r.request_id
     WHERE d.tenant_id = $1 AND d.deployment_id = $2`,
    [tenant, deploymentId],
  );
  const requester = { issuer: row.requester_issuer, subject: row.requester_subject };
  const subject = {
    revision: row.revision,
    digest: row.digest,
    requester,
    human: row.human_unknown ? ("unknown" as const) : ("requester" as const),
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
  if (row.demands_elevation) {
    counted.elevated += 1;
    // One that is over, or was never there, never passes.
    expect(row.is_elevated).toBe(true);
  }
  expect(isMetByOracle(row.groups, subject, asNow, [])).toBe(true);
}

test("random histories through the verbs: claimed only with a valid quorum on the current subject, once", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(command, { minLength: 12, maxLength: 24 }),
      fc.boolean(),
      fc.boolean(),
      play,
    ),
    { numRuns: 40, endOnFailure: true, examples: EXAMPLES },
  );
  expect(counted.claimed).toBeGreaterThan(3);
  expect(counted.elevated).toBeGreaterThan(0);
  expect(counted.blocked).toBeGreaterThan(10);
}, 600_000);
