import { beforeEach, expect, test } from "vitest";
import { reviewApproval } from "#server/features/approvals/verbs/review-approval.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf, typesOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  admin,
  ask,
  blockersOf,
  claimAs,
  demand,
  detail,
  developer,
  fresh,
  image,
  ONE_ADMIN,
  officer,
  PROD,
  pipeline,
  requestInput,
  review,
  runOut,
  sha,
  TRUSTED,
} from "../testing/deployment-fixture.ts";
import { claimDeployment } from "./claim-deployment.ts";
import { freezeEnvironment } from "./freeze-environment.ts";
import { requestDeployment } from "./request-deployment.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
});
const people = () => [
  fresh(tenant, "a", "sovereign-admin"),
  fresh(tenant, "b", "sovereign-admin"),
  fresh(tenant, "officer", "security-officer"),
];

async function approved() {
  await demand(tenant, PROD);
  const asked = await ask(developer(tenant));
  for (const who of [admin(tenant, "a"), admin(tenant, "b"), officer(tenant)])
    await review(who, asked);
  return asked;
}

test("an approved request is claimed once, with what is to be carried out", async () => {
  const asked = await approved();
  const outcome = await claimAs(pipeline(tenant), asked, people());
  expect(outcome).toMatchObject({
    outcome: "claimed",
    state: "executing",
    images: [image("checkout", "1.2.0")],
    configDigest: sha("checkout config 7"),
  });
  const again = await claimAs(pipeline(tenant), asked, people());
  expect(blockersOf(again)).toContain("ended");
  const types = await typesOf(tenant);
  expect(types.filter((type) => type === "runtime.deployments.claimed")).toHaveLength(1);
  expect(types.filter((type) => type === "runtime.approvals.executed")).toHaveLength(1);
  expect((await eventsOf(tenant)).at(-1)).toMatchObject({
    type: "runtime.deployments.claim-refused",
    outcome: "denied",
  });
});

test("many pipelines at once: exactly one gets it", async () => {
  const asked = await approved();
  const outcomes = await Promise.all(
    Array.from({ length: 12 }, (_, at) => claimAs(pipeline(tenant, `ci-${at}`), asked, people())),
  );
  expect(outcomes.filter(({ outcome }) => outcome === "claimed")).toHaveLength(1);
});

test("an answer that was lost is given again under the same key, to the same caller only", async () => {
  const asked = await approved();
  const first = await claimAs(pipeline(tenant), asked, people(), "run-4711-try");
  expect(await claimAs(pipeline(tenant), asked, [], "run-4711-try")).toEqual(first);
  expect((await claimAs(pipeline(tenant, "other"), asked, people(), "run-4711-try")).outcome).toBe(
    "blocked",
  );
  expect((await claimAs(pipeline(tenant), asked, people(), "another-key")).outcome).toBe("blocked");
});

test("every blocker at once, in words, and the decision is recorded", async () => {
  await demand(tenant, {
    ...PROD,
    waitingSeconds: 600,
    provenance: "slsa-3",
    supplyChain: TRUSTED,
    requiresElevation: true,
  });
  const asked = await ask(developer(tenant));
  expect(asked.state).toBe("checking");
  await runVerb(freezeEnvironment, admin(tenant), {
    environment: "prod",
    isFrozen: true,
    reason: "The quarter closes",
  });
  const outcome = await claimAs(pipeline(tenant), asked, []);
  expect(blockersOf(outcome)).toEqual([
    "approvals-missing",
    "elevation-missing",
    "frozen",
    "provenance-missing",
    "waiting-time",
  ]);
  if (outcome.outcome !== "blocked") throw new Error("claimed");
  expect(outcome.blockers.map(({ words }) => words)).toContain(
    "provenance missing: registry.example/bank/checkout: it has no attestation",
  );
  const [decision] = await asSuperuser<{ outcome: string; reasons: string[] }>(
    "SELECT outcome, reasons FROM policy_decision WHERE tenant_id = $1 AND decision_id = $2",
    [tenant, outcome.decisionId],
  );
  expect(decision?.outcome).toBe("deny");
  expect(decision?.reasons).toHaveLength(5);
  // The same is said on screen, without recording anything.
  const shown = (await detail(officer(tenant), asked.deploymentId)).blockers;
  expect(shown).toEqual(outcome.blockers);
});

test.each([
  [
    "one who lost the role",
    (all: ReturnType<typeof people>) => [...all.slice(0, 2), { ...all[2], roles: ["developer"] }],
  ],
  ["one who could not be asked about", (all: ReturnType<typeof people>) => all.slice(1)],
] as const)("approvers as they are now, %s: blocked", async (_name, changed) => {
  const asked = await approved();
  const outcome = await claimAs(pipeline(tenant), asked, changed(people()) as never);
  expect(blockersOf(outcome)).toEqual(["approvals-missing"]);
  expect((await detail(officer(tenant), asked.deploymentId)).state).toBe("approved");
});

test("a policy that was changed in between makes the approvals worthless, also a laxer one", async () => {
  const asked = await approved();
  await demand(tenant, ONE_ADMIN, 1);
  expect(blockersOf(await claimAs(pipeline(tenant), asked, people()))).toEqual(["policy-changed"]);
});

test("outside the window and past its time: blocked, whatever was approved", async () => {
  const asked = await approved();
  const [clock] = await asSuperuser<{ day: number }>(
    "SELECT (extract(isodow FROM clock_timestamp() AT TIME ZONE 'UTC' + interval '3 days'))::int AS day",
  );
  const window = { days: [clock?.day ?? 1], start: "10:00", end: "11:00", timeZone: "UTC" };
  await asSuperuser(
    "UPDATE environment_policy_version SET spec = jsonb_set(spec, '{windows}', $2::jsonb) WHERE tenant_id = $1",
    [tenant, JSON.stringify([window])],
  );
  expect(blockersOf(await claimAs(pipeline(tenant), asked, people()))).toEqual(["outside-window"]);
  await runOut(tenant, asked.deploymentId);
  expect(blockersOf(await claimAs(pipeline(tenant), asked, people()))).toEqual([
    "expired",
    "outside-window",
  ]);
});

test("a claim does not wait for sweepers: an unchecked request, approved elsewhere, is judged by its rows", async () => {
  await demand(tenant, ONE_ADMIN);
  const { deploymentId, subjectDigest } = await runVerb(
    requestDeployment,
    developer(tenant),
    requestInput(),
  );
  const { approvalId } = await detail(admin(tenant), deploymentId);
  await runVerb(reviewApproval, admin(tenant, "a"), {
    requestId: approvalId,
    subjectDigest,
    decision: "approve",
  });
  const approvers = [fresh(tenant, "a", "sovereign-admin")];
  const outcome = await claimAs(pipeline(tenant), { deploymentId, subjectDigest }, approvers);
  expect(outcome.outcome).toBe("claimed");
  const { history } = await detail(admin(tenant), deploymentId);
  expect(history.map(({ stateTo }) => stateTo)).toEqual([
    "requested",
    "checking",
    "awaiting_approval",
    "approved",
    "executing",
  ]);
});

test("not by a person, not without the scope, not another tenant's", async () => {
  const asked = await approved();
  const person = userOf(tenant, "person", { scopes: ["runtime.deployments.execute"] });
  expect(blockersOf(await claimAs(person, asked, people()))).toEqual(["by-a-person"]);
  const { deploymentId, subjectDigest } = asked;
  const input = { deploymentId, subjectDigest, approvers: people() };
  await expect(runVerb(claimDeployment, admin(tenant), input)).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(runVerb(claimDeployment, pipeline(await newTenant()), input)).rejects.toMatchObject({
    code: "not_found",
  });
  const other = { deploymentId, subjectDigest: "0".repeat(64) };
  expect(blockersOf(await claimAs(pipeline(tenant), other, people()))).toEqual(["subject-changed"]);
});
