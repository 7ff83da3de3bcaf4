import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { fromBase64, toHex } from "#server/engines/merkle/bytes.ts";
import { leafHash } from "#server/engines/merkle/hashing.ts";
import { verifyLogProof } from "#server/engines/merkle/log-proof.ts";
import { parseVerifierKey } from "#server/engines/merkle/note-key.ts";
import { verifyInclusion } from "#server/engines/merkle/verify-inclusion.ts";
import { appErrorIn } from "#server/platform/errors/map.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { audited, runVerb, verb } from "#server/platform/verb.ts";
import { createCallerFactory } from "#server/trpc/init.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { auditRouter } from "./router.ts";
import type { AuditEventDetail } from "./schema.ts";
import { sealPendingAudit } from "./sealing/seal-pending-audit.ts";
import { asSuperuser } from "./testing/as-superuser.ts";
import { emit, emitMany, freshTenant } from "./testing/audit-fixture.ts";
import { closeConnections } from "./testing/close-connections.ts";
import { signedIn } from "./testing/signed-in.ts";

const as = createCallerFactory(auditRouter);
const audit = (tenant: AuthorizedTenantId) => as(signedIn([tenant]));
const codeOf = (error: unknown) => appErrorIn(error)?.code;

afterAll(closeConnections);

/** A verb under a policy that permits when the credential is active, else denies. */
const rotate = verb({
  name: "test.rotate",
  scope: "runtime.secrets.rotate",
  policy: "RotateSecret",
  input: z.object({ state: z.enum(["active", "retired"]) }),
  output: z.object({}),
  async facts({ tenant, input }) {
    const parents = [{ type: "Tenant" as const, id: tenant }];
    const user = { type: "User" as const, id: "issuer|subject" };
    const binding = { type: "SecretBinding" as const, id: "binding-1" };
    const attrs = { class: "api-token", environment: "prod", isAutomatable: true };
    return {
      principal: user,
      resource: binding,
      context: { trigger: "forced" },
      entities: [
        { uid: user, attrs: { issuer: "i", scopes: ["runtime.secrets.rotate"] }, parents },
        {
          uid: binding,
          attrs: { ...attrs, state: input.state } as Record<string, string | boolean>,
          parents,
        },
      ],
    };
  },
  run: async () => audited({}, { type: "runtime.secrets.rotated", subject: "secret-binding/1" }),
});

describe("what stands beside an opened event", () => {
  const newest = async (tenant: AuthorizedTenantId) => {
    const [event] = (await audit(tenant).recent({ limit: 1 })).events;
    return audit(tenant).byId({ eventId: event?.eventId ?? "" });
  };

  it("the policy decision that it was made under, or refused by", async () => {
    const tenant = await newTenant("audit");
    const caller = userOf(tenant, "officer");
    await runVerb(rotate, caller, { state: "active" });
    const made = await newest(tenant);
    expect(made).toMatchObject({
      type: "runtime.secrets.rotated",
      decision: { action: "RotateSecret", outcome: "allow", engine: "cedar" },
    });
    await expect(runVerb(rotate, caller, { state: "retired" })).rejects.toThrow();
    const denied = await newest(tenant);
    expect(denied).toMatchObject({
      type: "runtime.access.denied",
      decision: { outcome: "deny", reasons: ["forbid-rotate-inactive"] },
    });
    expect(denied.decision?.decisionId).not.toBe(made.decision?.decisionId);
    await emit(tenant);
    expect((await newest(tenant)).decision).toBeNull();
  });

  it("every event of its trace, in order, and what caused it; none of another tenant", async () => {
    const [tenant, other] = [freshTenant(), freshTenant()];
    const one = userOf(tenant, "officer");
    const ids = [await emit(tenant, {}, one), await emit(tenant, {}, one)];
    const causedBy = await emit(tenant, {}, userOf(tenant, "somebody"));
    const last = await emit(tenant, { causedBy }, one);
    await emit(other, {}, { ...userOf(other, "officer"), traceparent: one.traceparent });
    const trace = await audit(tenant).trace({ eventId: ids[1] ?? "" });
    expect(trace.events.map(({ eventId }) => eventId)).toEqual([...ids, last]);
    expect(trace).toMatchObject({ hasMore: false, causedBy: null });
    expect(await audit(tenant).trace({ eventId: last })).toMatchObject({
      causedBy: { eventId: causedBy },
    });
    const foreign = await audit(other).trace({ eventId: last }).catch(codeOf);
    expect(foreign).toBe("not_found");
  });
});

describe("the list of events", () => {
  const tenant = freshTenant();
  const ids: string[] = [];
  beforeAll(async () => {
    ids.push(...(await emitMany(tenant, 5)));
    ids.push(await emit(tenant, { type: "runtime.access.denied", outcome: "denied" }));
    ids.push(await emit(tenant, {}, userOf(tenant, "auditor")));
  });
  const idsOf = async (query: string) =>
    (await audit(tenant).search({ query: `(${query}) -type:runtime.audit.searched` })).events.map(
      ({ eventId }) => eventId,
    );

  it("shows newest first who did what, and that it is only recorded", async () => {
    const { events } = await audit(tenant).recent({});
    expect(events.map(({ eventId }) => eventId)).toEqual(ids.toReversed());
    expect(events[0]).toMatchObject({
      type: "runtime.secrets.rotated",
      subject: "secret-binding/one",
      outcome: "succeeded",
      actorKind: "user",
      actorName: "Name of auditor",
      state: "recorded",
      leafIndex: null,
    });
  });

  it("pages through all of them, whatever arrives and is sealed meanwhile", async () => {
    const own = freshTenant();
    const wanted = await emitMany(own, 7);
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < 6; page += 1) {
      const query = "-type:runtime.audit.searched";
      const result = await audit(own).search({ query, limit: 2, ...(cursor ? { cursor } : {}) });
      seen.push(...result.events.map(({ eventId }) => eventId));
      await emit(own);
      if (page === 1) await sealPendingAudit(own);
      if (result.olderCursor === null) break;
      cursor = result.olderCursor;
    }
    expect(seen).toEqual(wanted.toReversed());
  });

  it("finds by type, outcome, subject, actor, trace and time", async () => {
    const [denied, byAuditor] = [ids[5] as string, ids[6] as string];
    expect(await idsOf("type:runtime.access.denied")).toEqual([denied]);
    expect(await idsOf("outcome:denied OR outcome:failed")).toEqual([denied]);
    expect(await idsOf("subject:secret-binding/3")).toEqual([ids[3]]);
    expect(await idsOf("subject:secret-binding")).toEqual([]);
    expect(await idsOf("kind:worker OR kind:system")).toEqual([]);
    const event = await audit(tenant).byId({ eventId: byAuditor });
    expect(await idsOf(`actor:"${event.actorRef}"`)).toEqual([byAuditor]);
    expect(await idsOf(`trace:${event.traceId}`)).toEqual([byAuditor]);
    const at = event.recordedAt.toISOString();
    expect(await idsOf(`time:>="${at}"`)).toContain(byAuditor);
    expect(await idsOf(`time:<"${at}"`)).not.toContain(byAuditor);
    expect(await idsOf("outcome:denied subject:secret-binding/3")).toEqual([]);
  });

  it("names the field of bad input", async () => {
    const log = audit(tenant);
    for (const [field, input] of [
      ["cursor", { cursor: "1.2" }],
      ["limit", { limit: 201 }],
      ["direction", { direction: "sideways" }],
      ["at", { at: "soon" }],
    ] as const) {
      await expect(log.search(input as never), field).rejects.toThrow(field);
    }
  });

  it("answers no search that could not be noted, and says the cause", async () => {
    const own = freshTenant();
    await emitMany(own, 2);
    // Noting takes its time beside the search: the search finds something, and is not answered all the same.
    await asSuperuser((client) =>
      client.query("REVOKE INSERT ON audit_search_window FROM console_tenant"),
    );
    try {
      await expect(audit(own).search({ query: "" })).rejects.toThrow();
      await expect(audit(own).overview({ query: "outcome:denied" })).rejects.toThrow();
    } finally {
      await asSuperuser((client) =>
        client.query("GRANT INSERT ON audit_search_window TO console_tenant"),
      );
    }
    expect((await audit(own).search({ query: "" })).events.length).toBeGreaterThanOrEqual(2);
  });

  it("knows the types that occur", async () => {
    expect(await audit(tenant).types()).toEqual([
      "runtime.access.denied",
      "runtime.audit.searched",
      "runtime.secrets.rotated",
    ]);
    expect(await audit(freshTenant()).types()).toEqual([]);
  });
});

describe("one event", () => {
  it("is recorded, then sealed with a proof that holds without us", async () => {
    const tenant = freshTenant();
    const [eventId] = (await emitMany(tenant, 300)).slice(257) as [string];
    const recorded = await audit(tenant).byId({ eventId });
    expect(recorded).toMatchObject({ state: "recorded", proof: { status: "pending" } });
    expect(recorded.payload).toMatchObject({
      reason: "on schedule",
      actor: { name: "Name of officer" },
    });
    expect(recorded.payloadState).toBe("intact");

    await sealPendingAudit(tenant);
    await emitMany(tenant, 5);
    await sealPendingAudit(tenant);
    const sealed = await audit(tenant).byId({ eventId });
    expect(sealed).toMatchObject({
      state: "sealed",
      leafIndex: "257",
      envelope: recorded.envelope,
    });
    const head = await audit(tenant).head();
    const key = parseVerifierKey(head.verifierKey);
    const hash = leafHash(new TextEncoder().encode(sealed.envelope));
    if (sealed.proof.status !== "proven") throw new Error(sealed.proof.status);
    expect(verifyLogProof(sealed.proof.logProof, hash, head.origin, key).size).toBe(305n);
    expect(sealed.proof.leafHash).toBe(toHex(hash));
    verifyInclusion({
      leafIndex: BigInt(sealed.proof.leafIndex),
      leafHash: hash,
      treeSize: BigInt(sealed.proof.treeSize),
      rootHash: fromBase64(sealed.proof.rootHash),
      proof: sealed.proof.path.map(fromBase64),
    });
  });

  it("holds no name in its envelope", async () => {
    const tenant = freshTenant();
    const { envelope } = await audit(tenant).byId({ eventId: await emit(tenant) });
    expect(envelope).not.toMatch(/Name of|officer|on schedule/);
    expect(JSON.parse(envelope)).toMatchObject({ specversion: "1.0", tenant });
  });

  it("stays proven when its payload is erased", async () => {
    const tenant = freshTenant();
    const eventId = await emit(tenant);
    await sealPendingAudit(tenant);
    await asSuperuser((client) =>
      client.query("DELETE FROM audit_payload WHERE tenant_id = $1", [tenant]),
    );
    expect(await audit(tenant).byId({ eventId })).toMatchObject({
      payload: null,
      payloadState: "erased",
      actorName: null,
      proof: { status: "proven" },
    });
  });

  const changed = (column: string, value: string) => `UPDATE audit_event SET ${column} = ${value}`;
  const ALTERATIONS: [string, string, Partial<AuditEventDetail>][] = [
    [
      "envelope",
      changed("envelope", "replace(envelope, 'traceparent\":\"00', 'traceparent\":\"01')"),
      { proof: { status: "broken", reason: "the envelope is not the one that was sealed" } },
    ],
    [
      "outcome column",
      changed("outcome", "'denied'"),
      { proof: { status: "broken", reason: "the stored columns differ from the envelope" } },
    ],
    [
      "tile",
      "UPDATE audit_tile SET hashes = set_byte(hashes, 40, get_byte(hashes, 40) # 1)",
      { proof: { status: "broken", reason: "the inclusion proof leads to another root" } },
    ],
    [
      "missing tile",
      "DELETE FROM audit_tile",
      { proof: { status: "broken", reason: "tile 0/0 is absent or short" } },
    ],
    [
      "missing head",
      "DELETE FROM audit_checkpoint",
      { proof: { status: "broken", reason: "the log has no signed head" } },
    ],
    [
      "payload's place",
      "UPDATE audit_payload SET salt = sha256('a')",
      { payloadState: "unreadable", payload: null },
    ],
    [
      "ciphertext",
      "UPDATE audit_payload SET ciphertext = set_byte(ciphertext, 30, get_byte(ciphertext, 30) # 1)",
      { payloadState: "unreadable", payload: null },
    ],
  ];
  it.each(ALTERATIONS)("whose %s was altered says so", async (_, statement, expected) => {
    const tenant = freshTenant();
    const eventId = await emit(tenant);
    await emit(tenant);
    await sealPendingAudit(tenant);
    expect(await audit(tenant).byId({ eventId })).toMatchObject({
      payloadState: "intact",
      proof: { status: "proven" },
    });
    await asSuperuser(async (client) => {
      await client.query("SET session_replication_role = replica");
      const { rowCount } = await client.query(`${statement} WHERE tenant_id = $1`, [tenant]);
      expect(rowCount).toBeGreaterThan(0);
    });
    expect(await audit(tenant).byId({ eventId })).toMatchObject(expected);
  });
});

describe("who may read", () => {
  it("another tenant's event is as absent as one that never was", async () => {
    const [mine, foreign] = [freshTenant(), freshTenant()];
    const foreignId = await emit(foreign);
    expect((await audit(foreign).byId({ eventId: foreignId })).eventId).toBe(foreignId);
    const asked = await Promise.allSettled([
      audit(mine).byId({ eventId: foreignId }),
      audit(mine).byId({ eventId: "01900000-0000-7000-8000-000000000000" }),
    ]);
    const [answer, absent] = asked.map((one) => (one as PromiseRejectedResult).reason as Error);
    expect(codeOf(answer)).toBe("not_found");
    expect(answer?.message).toBe(absent?.message);
    expect((await audit(mine).recent({})).events).toEqual([]);
  });

  it("a tenant that the session has not is absent", async () => {
    const [mine, foreign] = [freshTenant(), freshTenant()];
    await emit(foreign);
    const call = as(signedIn([mine], { asking: foreign })).search({});
    await expect(call.catch(codeOf)).resolves.toBe("not_found");
  });

  it("without the scope is forbidden, and the denial is in the caller's log", async () => {
    const tenant = freshTenant();
    const operator = as(signedIn([tenant], { role: "platform-operator" }));
    await expect(operator.search({}).catch(codeOf)).resolves.toBe("forbidden");
    const { events } = await audit(tenant).search({ query: "type:runtime.access.denied" });
    expect(events).toMatchObject([{ outcome: "denied", subject: "act/search" }]);
  });

  it("nobody without a session", async () => {
    const call = as({ ...signedIn([freshTenant()]), session: null }).head();
    await expect(call.catch(codeOf)).resolves.toBe("unauthenticated");
  });
});

describe("the head", () => {
  it("tells the window that is not sealed yet", async () => {
    const tenant = freshTenant();
    expect(await audit(tenant).head()).toMatchObject({
      checkpoint: null,
      unsealed: { events: 0, since: null },
    });
    await emitMany(tenant, 3);
    const open = await audit(tenant).head();
    expect(open.unsealed.events).toBe(3);
    expect(open.unsealed.since).toBeInstanceOf(Date);
    await sealPendingAudit(tenant);
    expect(await audit(tenant).head()).toMatchObject({
      checkpoint: { treeSize: "3" },
      unsealed: { events: 0, since: null },
    });
  });
});
