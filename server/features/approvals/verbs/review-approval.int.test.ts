import { beforeEach, describe, expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf, typesOf } from "#test/fixtures/audit-log.ts";
import { serviceOf, userOf, workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { approvals, approvalsWaitingFor } from "../queries.ts";
import { ask, decide, detail, runOut } from "../testing/approval-fixture.ts";
import { reviewApproval } from "./review-approval.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
});
const requester = () => userOf(tenant, "requester", { roles: ["developer"] });
const officer = (name = "officer") => userOf(tenant, name);
const two = { requirement: [{ role: "security-officer" as const, count: 2 }] };

describe("deciding", () => {
  test("the last place taken approves; review, approval and decision are recorded", async () => {
    const asked = await ask(requester(), two);
    expect(await decide(officer("one"), asked)).toMatchObject({
      state: "open",
      quorum: { missing: 1 },
    });
    expect(await decide(officer("two"), asked)).toMatchObject({
      state: "approved",
      quorum: { missing: 0, outcome: "met" },
    });
    expect((await typesOf(tenant)).slice(1).sort()).toEqual([
      "runtime.approvals.approved",
      "runtime.approvals.reviewed",
      "runtime.approvals.reviewed",
    ]);
    const [requested, ...rest] = await eventsOf(tenant);
    for (const event of rest) expect(event.envelope.causationid).toBe(requested?.eventId);
    const decisions = await asSuperuser(
      "SELECT action, outcome FROM policy_decision WHERE tenant_id = $1",
      [tenant],
    );
    expect(decisions).toEqual([
      { action: "DecideApproval", outcome: "allow" },
      { action: "DecideApproval", outcome: "allow" },
    ]);
  });

  test("two approvers at once: both count, and the request is approved once", async () => {
    for (let round = 0; round < 5; round += 1) {
      const asked = await ask(requester(), two);
      const outcomes = await Promise.all([
        decide(officer("one"), asked),
        decide(officer("two"), asked),
      ]);
      expect(outcomes.map(({ state }) => state).sort()).toEqual(["approved", "open"]);
    }
    const types = await typesOf(tenant);
    expect(types.filter((type) => type === "runtime.approvals.approved")).toHaveLength(5);
  });

  test("approve and reject at once: one wins, the other is told", async () => {
    const asked = await ask(requester());
    const outcomes = await Promise.allSettled([
      decide(officer("one"), asked),
      decide(officer("two"), asked, "reject"),
    ]);
    const lost = outcomes.filter(({ status }) => status === "rejected");
    expect(lost).toHaveLength(1);
    expect((lost[0] as PromiseRejectedResult).reason).toMatchObject({ code: "conflict" });
    expect(["approved", "rejected"]).toContain((await detail(officer(), asked.requestId)).state);
  });

  test("one rejection ends it, and must say why", async () => {
    const asked = await ask(requester(), two);
    await decide(officer("one"), asked);
    await expect(
      runVerb(reviewApproval, officer("two"), { ...asked, decision: "reject" }),
    ).rejects.toMatchObject({ code: "invalid", details: { field: "comment" } });
    expect((await decide(officer("two"), asked, "reject")).state).toBe("rejected");
    await expect(decide(officer("three"), asked)).rejects.toMatchObject({ code: "conflict" });
    expect((await eventsOf(tenant)).at(-1)?.payload).toMatchObject({ revision: 1 });
  });

  test("a review stands: the same person does not decide twice", async () => {
    const asked = await ask(requester(), two);
    await decide(officer("one"), asked);
    await expect(decide(officer("one"), asked)).rejects.toMatchObject({ code: "conflict" });
    await expect(decide(officer("one"), asked, "reject")).rejects.toMatchObject({
      code: "conflict",
    });
    expect((await detail(officer("one"), asked.requestId)).yourPart).toBe("already-reviewed");
  });

  test("with one key it counts once, and answers as before", async () => {
    const asked = await ask(requester(), two);
    const caller = { ...officer("one"), idempotencyKey: "decide-once-please" };
    const first = await decide(caller, asked);
    expect(await decide(caller, asked)).toEqual(first);
    expect((await detail(officer(), asked.requestId)).reviews).toHaveLength(1);
  });

  test("another digest is stale, and nothing is recorded", async () => {
    const asked = await ask(requester());
    const other = { ...asked, subjectDigest: "0".repeat(64) };
    await expect(decide(officer(), other)).rejects.toMatchObject({
      code: "stale",
      details: { field: "subjectDigest" },
    });
    expect(await typesOf(tenant)).toEqual(["runtime.approvals.requested"]);
  });

  test("time decides, not the sweeper", async () => {
    const asked = await ask(requester());
    await runOut(tenant, asked.requestId);
    await expect(decide(officer(), asked)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("expired"),
    });
    expect(await detail(officer(), asked.requestId)).toMatchObject({
      state: "expired",
      yourPart: "not-open",
    });
  });
});

describe("separation of duties", () => {
  test("the requester never decides, whatever the scopes; the denial is logged", async () => {
    const both = officer("requester");
    const asked = await ask(both);
    await expect(decide(both, asked)).rejects.toMatchObject({
      code: "forbidden",
      message: expect.stringContaining("the requester"),
    });
    const denial = (await eventsOf(tenant)).at(-1);
    expect(denial).toMatchObject({
      type: "runtime.access.denied",
      outcome: "denied",
      payload: { cause: "policy", reasons: expect.arrayContaining(["forbid-decide-own-request"]) },
    });
    const [decision] = await asSuperuser<{ outcome: string }>(
      "SELECT outcome FROM policy_decision WHERE tenant_id = $1",
      [tenant],
    );
    expect(decision?.outcome).toBe("deny");
    expect((await detail(both, asked.requestId)).yourPart).toBe("requester");
  });

  test("nor does the human behind a service; a subject of another issuer is somebody else", async () => {
    const human = { issuer: `https://idp.test/realms/${tenant}`, subject: "behind" };
    const asked = await ask(serviceOf(tenant, "ci", human, ["runtime.approvals.request"]));
    await expect(decide(officer("behind"), asked)).rejects.toMatchObject({ code: "forbidden" });
    const elsewhere = userOf(tenant, "behind", { issuer: "https://idp.test/realms/other" });
    expect((await decide(elsewhere, asked)).state).toBe("approved");
  });

  test("an unknown human asks for two people", async () => {
    const asked = await ask(serviceOf(tenant, "ci", "unknown", ["runtime.approvals.request"]));
    expect((await decide(officer("one"), asked)).state).toBe("open");
    expect((await decide(officer("two"), asked)).state).toBe("approved");
  });

  test("approvers of two issuers are not yet two people", async () => {
    const asked = await ask(requester(), two);
    await decide(officer("one"), asked);
    const elsewhere = userOf(tenant, "one", { issuer: "https://idp.test/realms/other" });
    expect(await decide(elsewhere, asked)).toMatchObject({ state: "open", quorum: { missing: 1 } });
  });

  test("machines never decide, even with the scope", async () => {
    const asked = await ask(requester());
    const scopes = ["runtime.approvals.decide"] as const;
    for (const machine of [serviceOf(tenant, "ci", "unknown", scopes), workerOf(tenant, scopes)]) {
      await expect(decide(machine, asked)).rejects.toMatchObject({
        code: "forbidden",
        message: expect.stringContaining("only people decide"),
      });
    }
    expect((await detail(officer(), asked.requestId)).reviews).toEqual([]);
  });

  test("the worker's login could not write a review if it tried", async () => {
    const asked = await ask(requester());
    await expect(
      withTenant(tenant, "worker", (tx) =>
        tx.query("DELETE FROM approval_review WHERE request_id = $1", [asked.requestId]),
      ),
    ).rejects.toMatchObject({ code: "42501" });
    await expect(
      withTenant(tenant, "worker", (tx) =>
        tx.query(
          `INSERT INTO approval_review (tenant_id, review_id, request_id, revision, subject_digest, reviewer_issuer,
             reviewer_subject, reviewer_roles, decision, created_at)
           VALUES ($1, gen_random_uuid(), $2, 1, '\\x00', 'i', 's', '{}', 'approve', now())`,
          [tenant, asked.requestId],
        ),
      ),
    ).rejects.toMatchObject({ code: "42501" });
  });

  test("the database refuses a digest that is not the subject's", async () => {
    const asked = await ask(requester());
    await expect(
      withTenant(tenant, "tenant", (tx) =>
        tx.query("UPDATE approval_request SET subject = '{}' WHERE request_id = $1", [
          asked.requestId,
        ]),
      ),
    ).rejects.toMatchObject({ code: "23514" });
  });
});

describe("who may", () => {
  test("without the scope it is forbidden and logged in the caller's own log", async () => {
    const asked = await ask(requester());
    await expect(decide(requester(), asked)).rejects.toMatchObject({ code: "forbidden" });
    expect((await eventsOf(tenant)).at(-1)).toMatchObject({
      type: "runtime.access.denied",
      subject: "act/approvals.review",
      payload: { cause: "scope", scope: "runtime.approvals.decide" },
    });
  });

  test("another tenant's request is absent, and neither log says a word", async () => {
    const asked = await ask(requester());
    const other = await newTenant();
    await expect(decide(userOf(other, "officer"), asked)).rejects.toMatchObject({
      code: "not_found",
      message: "No such approval request.",
    });
    expect(await typesOf(other)).toEqual([]);
    expect(await typesOf(tenant)).toEqual(["runtime.approvals.requested"]);
  });

  test("bad input names the field", async () => {
    const asked = await ask(requester());
    await expect(decide(officer(), { ...asked, subjectDigest: "xyz" })).rejects.toMatchObject({
      code: "invalid",
      details: { field: "subjectDigest" },
    });
  });
});

describe("reading", () => {
  test("what waits for me: only where my approval fills a place", async () => {
    const mine = await ask(requester(), two);
    await ask(officer());
    await ask(requester(), { kind: "deployment" });
    const late = await ask(requester());
    await runOut(tenant, late.requestId);
    const waiting = (caller = officer()) =>
      withTenant(tenant, "tenant", (tx) => approvalsWaitingFor(tx, tenant, caller));
    expect((await waiting()).map(({ requestId }) => requestId)).toEqual([mine.requestId]);
    await decide(officer(), mine);
    expect(await waiting()).toEqual([]);
    expect(await waiting(officer("another"))).toHaveLength(2);
    expect(await waiting(requester())).toEqual([]);
  });

  test("pages follow one another without gap or repeat; another tenant sees none", async () => {
    const asked = [];
    for (let n = 0; n < 7; n += 1) asked.push((await ask(requester())).requestId);
    const page = (of: AuthorizedTenantId, cursor?: string) =>
      withTenant(of, "tenant", (tx) => approvals(tx, of, { limit: 3, state: "open", cursor }));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { items, nextCursor } = await page(tenant, cursor);
      seen.push(...items.map(({ requestId }) => requestId));
      cursor = nextCursor ?? undefined;
    } while (cursor);
    expect(seen).toEqual([...asked].reverse());
    expect((await page(await newTenant())).items).toEqual([]);
  });
});
