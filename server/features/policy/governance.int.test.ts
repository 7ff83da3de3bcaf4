import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import * as approvals from "#server/features/approvals/testing/approval-fixture.ts";
import * as deployments from "#server/features/deployments/testing/deployment-fixture.ts";
import { GovernanceEngine } from "#server/integrations/authzen/governance-engine.ts";
import { authzenServer } from "#server/integrations/authzen/testing/authzen-server.ts";
import { installGovernance } from "#server/platform/authz/governance.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { recordedDecision, storedTexts } from "./queries.ts";
import { replayDecision } from "./replay-decision.ts";

let server: Awaited<ReturnType<typeof authzenServer>>;
let engine: GovernanceEngine;
const directory = mkdtempSync(join(tmpdir(), "governance-"));
beforeAll(async () => {
  server = await authzenServer();
  const tokenFile = join(directory, "token");
  writeFileSync(tokenFile, "canary-of-the-credential");
  engine = new GovernanceEngine({
    name: "governance",
    url: server.url,
    auth: "token",
    tokenFile,
    timeoutMillis: 60_000,
  });
});
beforeEach(() => {
  installGovernance(engine);
  server.asked.length = 0;
  server.state.misbehave = undefined;
  server.state.decide = () => ({ decision: true });
});
afterEach(() => installGovernance(null));
afterAll(async () => {
  installGovernance(null);
  await engine.close();
  await server.stop();
  rmSync(directory, { recursive: true });
});

async function openRequest() {
  const tenant = await newTenant();
  const asked = await approvals.ask(userOf(tenant, "requester", { roles: ["developer"] }));
  return { tenant, asked };
}

interface Kept {
  decision_id: string;
  outcome: string;
  reasons: string[];
  errors: string[];
  engine: string;
  engine_version: string;
  exchange: string;
}
const keptIn = (tenant: string) =>
  asSuperuser<Kept>("SELECT * FROM policy_decision WHERE tenant_id = $1 ORDER BY decision_id", [
    tenant,
  ]);
const replayed = (tenant: AuthorizedTenantId, decisionId: string) =>
  withTenant(tenant, "tenant", async (tx) => {
    const recorded = await recordedDecision(tx, tenant, decisionId);
    if (!recorded) throw new Error("no decision");
    return replayDecision(recorded, await storedTexts(tx, tenant, recorded));
  });

test("the engine decides outside any transaction; what it was asked and answered is recorded and replayed", async () => {
  const { tenant, asked } = await openRequest();
  const free: boolean[] = [];
  server.state.decide = () => ({ decision: true, context: { version: "2026-11" } });
  server.state.misbehave = (response, one) => {
    // Nobody holds the request while the engine thinks: its lock is to be had.
    void asSuperuser(
      "SELECT 1 FROM approval_request WHERE tenant_id = $1 AND request_id = $2 FOR UPDATE NOWAIT",
      [tenant, asked.requestId],
    )
      .then(
        (rows) => free.push(rows.length === 1),
        () => free.push(false),
      )
      .then(() => {
        response.writeHead(200, {
          "content-type": "application/json",
          "x-request-id": one.requestId,
        });
        response.end('{"decision":true,"context":{"version":"2026-11"}}');
      });
  };
  expect((await approvals.decide(userOf(tenant, "officer"), asked)).state).toBe("approved");
  expect(free).toEqual([true]);
  const [kept] = await keptIn(tenant);
  expect(kept).toMatchObject({ engine: "authzen", outcome: "allow" });
  expect(kept?.engine_version).toMatch(/^governance 2026-11 \(AuthZEN 1\.0\), Cedar/);
  expect(JSON.parse(kept?.exchange ?? "")).toMatchObject({
    request: server.asked[0]?.body,
    response: '{"decision":true,"context":{"version":"2026-11"}}',
  });
  expect(JSON.stringify(kept)).not.toContain("canary-of-the-credential");
  expect(await replayed(tenant, kept?.decision_id ?? "")).toMatchObject({
    verdict: "same",
    shows: "exchange",
  });
});

test("a refusal, and every failure to answer, denies and is recorded with its reasons", async () => {
  const { tenant, asked } = await openRequest();
  server.state.decide = () => ({ decision: false, context: { reason_user: { en: "On leave" } } });
  await expect(approvals.decide(userOf(tenant, "one"), asked)).rejects.toMatchObject({
    code: "forbidden",
    message: expect.stringContaining("On leave"),
  });
  server.state.misbehave = (response) => response.destroy();
  await expect(approvals.decide(userOf(tenant, "two"), asked)).rejects.toMatchObject({
    code: "forbidden",
    message: expect.stringContaining("could not be reached"),
  });
  const kept = await keptIn(tenant);
  expect(kept.map(({ outcome, reasons, errors }) => ({ outcome, reasons, errors }))).toEqual([
    { outcome: "deny", reasons: ["governance-denied"], errors: [] },
    { outcome: "deny", reasons: [], errors: ["governance-unreachable"] },
  ]);
  for (const { decision_id } of kept)
    expect((await replayed(tenant, decision_id)).verdict).toBe("same");
  const events = await asSuperuser(
    "SELECT 1 FROM audit_event WHERE tenant_id = $1 AND type = 'runtime.access.denied'",
    [tenant],
  );
  expect(events).toHaveLength(2);
});

test("its yes lifts no law: the requester never approves", async () => {
  const { tenant, asked } = await openRequest();
  const requester = userOf(tenant, "requester");
  await expect(approvals.decide(requester, asked)).rejects.toMatchObject({ code: "forbidden" });
  expect((await keptIn(tenant))[0]).toMatchObject({
    outcome: "deny",
    reasons: ["forbid-decide-own-request"],
  });
});

test("an answer counts for the facts it was given for: what changed meanwhile is asked anew", async () => {
  const { tenant, asked } = await openRequest();
  const answer = (sql: string) => {
    server.state.misbehave = (response) => {
      void asSuperuser(sql, [tenant, asked.requestId]).then(() =>
        response.writeHead(200, { "content-type": "application/json" }).end('{"decision":true}'),
      );
    };
  };
  answer(
    "UPDATE approval_request SET requester_subject = 'officer' WHERE tenant_id = $1 AND request_id = $2",
  );
  await expect(approvals.decide(userOf(tenant, "officer"), asked)).rejects.toMatchObject({
    code: "forbidden",
  });
  const requesters = server.asked.map(
    ({ body }) => JSON.parse(body).resource.properties.requester.id,
  );
  expect(requesters.map((id) => JSON.parse(id)[1])).toEqual(["requester", "officer"]);
  expect((await keptIn(tenant))[0]?.reasons).toEqual(["forbid-decide-own-request"]);
  // Facts that never hold still are decided by nobody.
  answer(
    "UPDATE approval_request SET requester_subject = requester_subject || 'x' WHERE tenant_id = $1 AND request_id = $2",
  );
  await expect(approvals.decide(userOf(tenant, "another"), asked)).rejects.toMatchObject({
    code: "stale",
  });
});

test("a claim: the engine judges window and provenance in Cedar's place, never the quorum", async () => {
  const tenant = await newTenant();
  const closed = { days: [1, 2, 3, 4, 5, 6, 7], start: "00:00", end: "00:01", timeZone: "UTC" };
  const isMidnight = new Date().toISOString().slice(11, 16) === "00:00";
  if (isMidnight) closed.start = "12:00";
  if (isMidnight) closed.end = "12:01";
  await deployments.demand(tenant, { ...deployments.ONE_ADMIN, windows: [closed] });
  const asked = await deployments.ask(deployments.developer(tenant));
  const pipeline = deployments.pipeline(tenant);
  const admins = [deployments.fresh(tenant, "admin", "sovereign-admin")];
  const early = await deployments.claimAs(pipeline, asked, []);
  expect(deployments.blockersOf(early)).toEqual(["approvals-missing"]);
  await deployments.review(deployments.admin(tenant), asked);
  server.state.decide = ({ context }) => ({ decision: context.isInWindow === true });
  const refused = await deployments.claimAs(pipeline, asked, admins);
  expect(refused).toMatchObject({ outcome: "blocked", blockers: [{ code: "governance-denied" }] });
  server.state.decide = () => ({ decision: true });
  expect(await deployments.claimAs(pipeline, asked, admins)).toMatchObject({ outcome: "claimed" });
  expect((await keptIn(tenant)).map(({ engine }) => engine)).not.toContain("cedar");
});
