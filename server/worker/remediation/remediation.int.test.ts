import { afterAll, beforeAll, expect, test } from "vitest";
import { ENVIRONMENT_LABEL, TENANT_LABEL } from "#server/engines/kubernetes/namespace-owners.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { policyIs, type RemediationWorld, remediationWorld } from "./testing/remediation-world.ts";

let world: RemediationWorld;
beforeAll(async () => {
  world = await remediationWorld();
});
afterAll(() => world.close());

test("proposed, dry-run, approved by another, applied under our own manager, verified by the next look", async () => {
  world.drifted("colors", { sky: "blue", grass: "green" }, { sky: "red", grass: "green" });
  const id = await world.propose("colors");
  await world.comesTo(id, "awaiting_approval");
  const planned = await world.detail(id);
  expect(planned).toMatchObject({
    action: "apply",
    overrides: ["kubectl-edit"],
    changes: [{ path: "/data/sky", kind: "changed", desired: "blue", live: "red" }],
  });
  expect(planned.approval).toMatchObject({
    kind: "remediation",
    yourPart: expect.stringMatching(/requester|no-scope/),
  });
  expect(world.stored("ConfigMap", "colors")).toMatchObject({ data: { sky: "red" } });
  await world.approve(id);
  await world.comesTo(id, "verified");
  const mended = world.stored("ConfigMap", "colors");
  expect(mended).toMatchObject({ data: { sky: "blue" } });
  expect(JSON.stringify(mended?.metadata)).toContain("sovereign-console-remediation");
  const [finding] = await asSuperuser<{ state: string }>(
    "SELECT state FROM drift_finding WHERE tenant_id = $1 AND finding_id = $2",
    [world.tenant, planned.findingId],
  );
  expect(finding?.state).toBe("resolved");
  const types = (await eventsOf(world.tenant)).map(({ type }) => type);
  for (const act of ["proposed", "dry-run", "approved", "begun", "applied", "verified"]) {
    expect(types).toContain(`runtime.drift.remediation-${act}`);
  }
  expect(types).toContain("runtime.approvals.executed");
});

/** Proposed, dry-run and approved: the next round would apply it. */
async function approvedOne(name: string): Promise<string> {
  const id = await world.propose(name);
  await world.comesTo(id, "awaiting_approval");
  await world.approve(id);
  return id;
}

test("what changed after the approval is not applied, on either side", async () => {
  world.drifted("live-moves", { a: "1" }, { a: "2" });
  const first = await approvedOne("live-moves");
  world.put(world.configMap("live-moves", { a: "3" }));
  await world.comesTo(first, "superseded");
  expect(world.stored("ConfigMap", "live-moves")).toMatchObject({ data: { a: "3" } });
  world.drifted("desired-moves", { a: "1" }, { a: "2" });
  const second = await approvedOne("desired-moves");
  world.wish(world.configMap("desired-moves", { a: "9" }));
  await world.comesTo(second, "superseded");
  expect(world.stored("ConfigMap", "desired-moves")).toMatchObject({ data: { a: "2" } });
});

test("what makes things worse goes back to the fields of before, and people are told", async () => {
  world.drifted("worse", { a: "1" }, { a: "2" });
  const id = await approvedOne("worse");
  await world.comesTo(id, "verifying");
  expect(world.stored("ConfigMap", "worse")).toMatchObject({ data: { a: "1" } });
  const metadata = { name: "everybody", namespace: world.namespace };
  const spec = { podSelector: {}, ingress: [{}] };
  world.put({ apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata, spec });
  await world.finding("everybody");
  await world.comesTo(id, "rolled_back");
  expect(world.stored("ConfigMap", "worse")).toMatchObject({ data: { a: "2" } });
  expect((await world.detail(id)).worse?.findings).toMatchObject([{ rule: "unmanaged" }]);
  const alerts = await asSuperuser(
    "SELECT kind FROM alert WHERE tenant_id = $1 AND kind LIKE 'remediation%'",
    [world.tenant],
  );
  expect(alerts).toEqual([{ kind: "remediation-rolled-back" }]);
});

test("what nobody declared is deleted as the one that was seen; what is missing is made", async () => {
  const [row] = await asSuperuser<{ id: string }>(
    "SELECT finding_id AS id FROM drift_finding WHERE tenant_id = $1 AND name = 'everybody' AND state = 'open'",
    [world.tenant],
  );
  expect(row).toBeDefined();
  const deleting = await approvedOne("everybody");
  expect(await world.detail(deleting)).toMatchObject({
    action: "delete",
    changes: [{ path: "", kind: "extra" }],
  });
  await world.comesTo(deleting, "verified");
  expect(world.stored("NetworkPolicy", "everybody", "networking.k8s.io/v1")).toBeUndefined();
  world.wish(world.configMap("absent", { a: "1" }));
  const making = await approvedOne("absent");
  expect(await world.detail(making)).toMatchObject({ action: "create" });
  await world.comesTo(making, "verified");
  expect(world.stored("ConfigMap", "absent")).toMatchObject({ data: { a: "1" } });
});

test("a policy mends safe kinds by itself, as long as it is in force", async () => {
  world.drifted("by-itself", { a: "1" }, { a: "2" });
  await policyIs("field-drift", { mode: "auto", safeKinds: ["ConfigMap"], mostPerHour: 1_000 });
  try {
    await world.finding("by-itself");
    await world.tend();
  } finally {
    await policyIs("field-drift", { mode: "review" });
  }
  const [auto] = await asSuperuser<{ id: string }>(
    "SELECT remediation_id AS id FROM remediation WHERE tenant_id = $1 AND mode = 'auto' AND name = 'by-itself'",
    [world.tenant],
  );
  // The policy that let it happen is no longer in force: so it doesn't.
  await world.comesTo(auto?.id ?? "", "refused");
  expect(world.stored("ConfigMap", "by-itself")).toMatchObject({ data: { a: "2" } });
  await policyIs("field-drift", { mode: "auto", safeKinds: ["ConfigMap"], mostPerHour: 1_000 });
  try {
    await asSuperuser(
      "UPDATE remediation SET updated_at = updated_at - interval '1 day' WHERE tenant_id = $1 AND remediation_id = $2",
      [world.tenant, auto?.id],
    );
    await world.tend();
    const [again] = await asSuperuser<{ id: string }>(
      "SELECT remediation_id AS id FROM remediation WHERE tenant_id = $1 AND name = 'by-itself' AND finished_at IS NULL",
      [world.tenant],
    );
    await world.comesTo(again?.id ?? "", "verified");
  } finally {
    await policyIs("field-drift", { mode: "review" });
  }
  expect(world.stored("ConfigMap", "by-itself")).toMatchObject({ data: { a: "1" } });
});

test("a cluster that lets the console read only gets a command, which is never claimed as done", async () => {
  world.drifted("by-hand", { a: "1" }, { a: "2" });
  const id = await world.propose("by-hand");
  await world.tend({ ...world.places, writer: () => world.reader });
  const proposal = await world.detail(id);
  expect(proposal).toMatchObject({ state: "by_hand", approval: null, appliedAt: null });
  expect(proposal.command).toContain(
    "kubectl apply --server-side --field-manager=sovereign-console-remediation",
  );
  world.put(world.configMap("by-hand", { a: "1" }));
  await world.comesTo(id, "superseded");
});

test("another tenant's namespace stays unnamed in what is kept of a plan", async () => {
  const neighbour = await newTenant("neighbour");
  const labels = { [TENANT_LABEL]: neighbour, [ENVIRONMENT_LABEL]: "prod" };
  world.put({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: `${neighbour}-prod`, labels },
  });
  world.drifted("opened", { from: "nobody" }, { from: `${neighbour}-prod` });
  const id = await world.propose("opened");
  await world.comesTo(id, "awaiting_approval");
  const [row] = await asSuperuser<{ plan: string }>(
    "SELECT plan::text FROM remediation WHERE tenant_id = $1 AND remediation_id = $2",
    [world.tenant, id],
  );
  expect(row?.plan).not.toContain(neighbour);
  expect((await world.detail(id)).changes).toMatchObject([{ live: "[another tenant]" }]);
});
