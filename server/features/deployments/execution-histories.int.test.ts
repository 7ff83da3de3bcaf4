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
const POLICIES = [ONE_ADMIN, PROD, { ...ONE_ADMIN, waitingSeconds: 3_600 }];

type Command =
  | { do: "approve" | "reject"; who: string }
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
  { weight: 1, arbitrary: fc.constant<Command>({ do: "expire" }) },
  {
    weight: 1,
    arbitrary: fc.nat(POLICIES.length - 1).map((number): Command => ({ do: "policy", number })),
  },
);

const counted = { histories: 0, commands: 0, claimed: 0, blocked: 0 };
afterAll(() => {
  process.stdout.write(`execution histories: ${JSON.stringify(counted)}\n`);
});

/** Plays a history through the verbs; what they refuse (AppError) is no fault, anything else is. */
async function play(commands: readonly Command[], isHumanUnknown: boolean): Promise<void> {
  const tenant = await newTenant();
  const roles = new Map<string, Role[]>(PEOPLE.map((name) => [name, BOTH]));
  const as = (name: string) =>
    userOf(tenant, name, { roles: ["developer", ...(roles.get(name) ?? [])] });
  let version = (await demand(tenant)).version;
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
  }>(
    `SELECT a.requester_issuer, a.requester_subject, a.human_unknown, d.revision, encode(d.subject_digest, 'hex') AS digest,
       v.spec -> 'groups' AS groups, d.policy_version = p.version AS is_current
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
  expect(isMetByOracle(row.groups, subject, asNow, [])).toBe(true);
}

test("random histories through the verbs: claimed only with a valid quorum on the current subject, once", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(command, { minLength: 12, maxLength: 24 }),
      fc.boolean(),
      (commands, isHumanUnknown) => play(commands, isHumanUnknown),
    ),
    { numRuns: 40, endOnFailure: true },
  );
  expect(counted.claimed).toBeGreaterThan(3);
  expect(counted.blocked).toBeGreaterThan(10);
}, 240_000);
