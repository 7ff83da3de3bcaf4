import { expect, test } from "vitest";
import { reviewApproval } from "#server/features/approvals/index.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  detail,
  held,
  oneFinding,
  planned,
  planOf,
  propose,
  SEEN,
  worker,
} from "../testing/remediation-fixture.ts";
import { recordDryRun } from "./record-dry-run.ts";

async function proposedOne() {
  const tenant = await newTenant("mend");
  const findingId = await oneFinding(tenant);
  const remediationId = await propose(tenant, findingId);
  return { tenant, findingId, remediationId };
}

test("exactly what it showed is put before approvers, in the proposer's name, who can't approve", async () => {
  const tenant = await newTenant("mend");
  const id = await planned(tenant);
  const { approval, ...seen } = await detail(tenant, id);
  expect(seen).toMatchObject({ state: "awaiting_approval", ...SEEN, overrides: ["kubectl-edit"] });
  expect(JSON.parse(approval?.subject ?? "{}")).toMatchObject({
    cluster: "muscat",
    environment: "prod",
    rule: "field-drift",
    object: { kind: "ConfigMap", namespace: "shop-prod", name: "web" },
    ...SEEN,
  });
  const officer = userOf(tenant, "proposer", { roles: ["security-officer"] });
  const review = {
    requestId: approval?.requestId ?? "",
    decision: "approve" as const,
    subjectDigest: approval?.subjectDigest ?? "",
  };
  await runVerb(reviewApproval, officer, review).catch(() => undefined);
  expect((await detail(tenant, id)).approval?.state).toBe("open");
});

test("without a way to apply it stays for people's hands, and nobody is asked to approve", async () => {
  const { tenant, remediationId } = await proposedOne();
  const result = { how: "planned" as const, canApply: false, plan: planOf() };
  await runVerb(recordDryRun, worker(tenant), { ...(await held(tenant, remediationId)), result });
  expect(await detail(tenant, remediationId)).toMatchObject({
    state: "by_hand",
    command: "kubectl apply",
    approval: null,
    appliedAt: null,
  });
});

test("a refusal lets go of the finding; what is away is tried again; an old fence records nothing", async () => {
  const { tenant, remediationId } = await proposedOne();
  const first = await held(tenant, remediationId);
  const away = { how: "away" as const, trouble: "the cluster is away" };
  await runVerb(recordDryRun, worker(tenant), { ...first, result: away });
  expect(await detail(tenant, remediationId)).toMatchObject({
    state: "dry_run",
    errorText: away.trouble,
  });
  const second = await held(tenant, remediationId);
  await expect(
    runVerb(recordDryRun, worker(tenant), { ...first, result: away }),
  ).rejects.toMatchObject({ code: "stale" });
  const result = {
    how: "refused" as const,
    refusal: "leftover" as const,
    trouble: "extra /data/x",
  };
  await runVerb(recordDryRun, worker(tenant), { ...second, result });
  expect(await detail(tenant, remediationId)).toMatchObject({
    state: "refused",
    errorCode: "leftover",
  });
});
