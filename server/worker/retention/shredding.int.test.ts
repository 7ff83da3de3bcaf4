import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { wrapForImport } from "#server/cli/wrap-for-import.ts";
import { parseVerifierKey } from "#server/engines/merkle/note-key.ts";
import { reviewApproval } from "#server/features/approvals/index.ts";
import { verifyStoredLog } from "#server/features/audit/index.ts";
import { auditEvent } from "#server/features/audit/queries.ts";
import { logVerifierKey } from "#server/features/audit/sealing/log-key.ts";
import { sealPendingAudit } from "#server/features/audit/sealing/seal-pending-audit.ts";
import { indexTenant } from "#server/features/audit/search/indexing/index-tenant.ts";
import { addSink, sinkNow } from "#server/features/delivery/testing/delivery-fixture.ts";
import { retentionOverview } from "#server/features/retention/queries.ts";
import { liftHold } from "#server/features/retention/verbs/lift-hold.ts";
import { placeHold } from "#server/features/retention/verbs/place-hold.ts";
import { renewKey } from "#server/features/retention/verbs/renew-key.ts";
import { requestErasure } from "#server/features/retention/verbs/request-erasure.ts";
import { setRetention } from "#server/features/retention/verbs/set-retention.ts";
import { saveView } from "#server/features/saved-views/verbs/save-view.ts";
import { proveAtProvider } from "#server/features/step-up/testing/step-up-rig.ts";
import { type Sink, SinkError } from "#server/integrations/sinks/sink.ts";
import { keepDataKeys, unlock } from "#server/platform/audit/data-keys.ts";
import { emitEvent } from "#server/platform/audit/emit.ts";
import { openEvent, type StoredEventPayload } from "#server/platform/audit/event-cipher.ts";
import { keeperOf, registerKeeper } from "#server/platform/audit/key-keeper.ts";
import { forgetTenantKeys } from "#server/platform/audit/tenant-keys.ts";
import { closePools, withTenant } from "#server/platform/db/tenant-transaction.ts";
import { env } from "#server/platform/env/env.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { deliverCursor } from "../delivery/deliver-cursor.ts";
import { OpenSinks } from "../delivery/open-sinks.ts";
import { tellErasures } from "../delivery/tell-erasures.ts";
import { type RetentionDependencies, tendRetention } from "./tend-retention.ts";
import { searchEventsOf } from "./testing/search-log.ts";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

const MARKER = "xqzmarkerwordjx";
const OPENSEARCH = { kind: "opensearch", url: "https://siem.example.com", index: "audit" } as const;
const KEPT = "keptwordbeside";
let folder: string;
let tenant: AuthorizedTenantId;
let worker: RetentionDependencies;
const officer = () => userOf(tenant, "officer");
const second = () => userOf(tenant, "second");

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "shredding-"));
  worker = {
    keeper: "local",
    backups: join(folder, "key-backups"),
    leaseSeconds: 60,
    rolesOf: async (_tenant, identities) =>
      identities.map((each) => ({ ...each, roles: ["security-officer"] })),
  };
  tenant = await newTenant("shred");
  await tendRetention(worker);
  forgetTenantKeys(tenant);
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await closePools();
});

test("an event whose content is erased is nowhere any more, and every proof verifies", async () => {
  const [gone, kept] = [await emit(MARKER, "a"), await emit(KEPT, "b")];
  await sealAndIndex();
  expect(await found(MARKER)).toEqual([gone]);
  expect(await found(KEPT)).toEqual([kept]);
  const before = await everyTable();
  const backup = await rowsOfBackup();
  const keysBefore = readKeyBackup();
  // What the test looks for can be found: with the backup of the database, its keys and the keeper.
  expect(await openFrom(backup, keysBefore, gone)).toMatchObject({ note: MARKER });
  expect(before.text.includes(gone)).toBe(true);

  const asked = await runVerb(requestErasure, officer(), {
    selection: { eventIds: [gone] },
    reason: "the person asked to be forgotten",
  });
  expect(asked.state).toBe("awaiting_approval");
  await tendRetention(worker);
  expect(await found(MARKER)).toEqual([gone]);
  await expect(approve(asked.actId, officer())).rejects.toThrow();
  await approve(asked.actId, second());
  await carryOut();
  expect(await actOf(asked.actId)).toMatchObject({
    state: "done",
    outcome: { payloads: 1, proven: 1, broken: 0 },
  });

  forgetTenantKeys(tenant);
  await sealAndIndex();
  expect(await found(MARKER)).toEqual([]);
  expect(await found(KEPT)).toEqual([kept]);
  expect(await detail(gone)).toMatchObject({
    payload: null,
    payloadState: "erased",
    proof: { status: "proven" },
  });
  expect(await detail(kept)).toMatchObject({ payloadState: "intact", payload: { note: KEPT } });
  const verdict = await verify();
  expect(verdict.faults).toEqual([]);

  // Neither as it is nor as words of an index, in any table; nor in what backs up the keys.
  const after = await everyTable();
  expect(after.text.includes(MARKER)).toBe(false);
  expect(await openedPages()).not.toContain(MARKER);
  expect(await openedPages()).toContain(KEPT);
  for (const file of filesBelow(folder)) expect(readFileSync(file, "utf8")).not.toContain(MARKER);

  // The backup of the database from before opens with none of the keys that are left.
  await expect(openFrom(backup, keysBefore, gone)).rejects.toThrow();
  await expect(openFrom(backup, readKeyBackup(), gone)).rejects.toThrow(/destroyed/);
  // And with them it still gives what was not erased.
  expect(await openFrom(backup, readKeyBackup(), kept)).toMatchObject({ note: KEPT });
  forgetTenantKeys(tenant);
});

test("what other features kept of it goes with it, and sinks that had it are told", async () => {
  const said = "Layla asked to be moved away from her manager";
  const { sinkId } = await addSink(tenant, { config: OPENSEARCH });
  const { viewId } = await runVerb(saveView, officer(), {
    page: "audit",
    name: said,
    params: new URLSearchParams({ q: said, outcome: "denied" }).toString(),
    isShared: true,
  });
  await sealAndIndex();
  const [event] = await asSuperuser<{ event_id: string }>(
    "SELECT event_id FROM audit_event WHERE tenant_id = $1 AND subject = $2",
    [tenant, `saved-view/${viewId}`],
  );
  const id = event?.event_id ?? "";
  const took: string[][] = [];
  const forgot: string[][] = [];
  const sink: Sink = {
    async deliver(events) {
      took.push(events.map((each) => each.id));
      return events.map(() => ({ kind: "delivered" as const }));
    },
    async erase(ids) {
      forgot.push([...ids]);
      if (forgot.length === 1)
        throw new SinkError({ field: "index", message: "HTTP 503", remedy: "" });
    },
    async check() {},
    async close() {},
  };
  await deliverAll(sinkId, sink);
  expect(took.flat()).toContain(id);

  const erasure = await runVerb(requestErasure, officer(), {
    selection: { eventIds: [id] },
    reason: "as she asked",
  });
  await approve(erasure.actId, second());
  await carryOut();
  expect((await everyTable()).text).not.toContain(said);
  expect((await everyTable()).text).not.toContain(encodeURIComponent(said).replaceAll("%20", "+"));
  const [view] = await asSuperuser<{ name: string; params: string }>(
    "SELECT name, params FROM saved_view WHERE tenant_id = $1 AND view_id = $2",
    [tenant, viewId],
  );
  expect(view?.name).toBe(`[erased] ${viewId.slice(-8)}`);
  expect(new URLSearchParams(view?.params).get("outcome")).toBe("denied");

  // The first time the receiver does not answer: it is asked again, and then it has forgotten them.
  const tell = () =>
    tellErasures(async () => sink, { leaseSeconds: 60, signal: new AbortController().signal });
  await tell();
  await asSuperuser("UPDATE sink_erasure SET next_attempt_at = now() WHERE tenant_id = $1", [
    tenant,
  ]);
  await tell();
  await tell();
  expect(forgot).toEqual([[id], [id]]);
  const seen = await withTenant(tenant, "tenant", (tx) =>
    retentionOverview(tx, tenant, officer().scopes),
  );
  expect(seen.acts.find((act) => act.actId === erasure.actId)).toMatchObject({
    copies: expect.arrayContaining([{ place: "saved_view.name", rows: 1 }]),
    sinks: [{ sinkId, events: 1, state: "deleted", trouble: null }],
  });
});

test("what a superuser takes away and calls an erasure is found all the same", async () => {
  const id = await emit("taken away", "c");
  await sealAndIndex();
  const [taken] = await asSuperuser<{ key_id: string; ciphertext: Buffer }>(
    "DELETE FROM audit_payload WHERE tenant_id = $1 AND event_id = $2 RETURNING key_id, ciphertext",
    [tenant, id],
  );
  await asSuperuser(
    `INSERT INTO retention_act SELECT tenant_id, gen_random_uuid(), kind, state, jsonb_build_object('eventIds', jsonb_build_array($2::text)),
       plan_digest, reason, approval_id, requested_by, request_event_id, requested_at, root_before, attempt, due_at,
       lease_until, fence, trouble, outcome, destroyed_at, finished_at FROM retention_act WHERE tenant_id = $1 AND kind = 'erasure' LIMIT 1`,
    [tenant, id],
  );
  expect((await verify()).faults).toEqual([expect.stringContaining(`event ${id}`)]);
  await asSuperuser(
    "DELETE FROM retention_act WHERE plan @> jsonb_build_object('eventIds', jsonb_build_array($1::text))",
    [id],
  );
  await asSuperuser(
    "INSERT INTO audit_payload (tenant_id, event_id, key_id, ciphertext) VALUES ($1, $2, $3, $4)",
    [tenant, id, taken?.key_id, taken?.ciphertext],
  );
  expect((await verify()).faults).toEqual([]);
});

test("an act that keeps failing says why, people are told once, and it is carried out when it can be", async () => {
  const id = await emit("kept while the keeper is down", "down");
  const { actId } = await runVerb(requestErasure, officer(), {
    selection: { eventIds: [id] },
    reason: "as asked by the person",
  });
  await approve(actId, second());
  const keeper = keeperOf("local");
  const down = async () => {
    throw new AppError("unavailable", "The keeper does not answer.");
  };
  registerKeeper({ ...keeper, rotate: down });
  const again =
    "UPDATE retention_act SET attempt = greatest(attempt, 4), due_at = now() WHERE act_id = $1";
  await tendRetention(worker);
  await tendRetention(worker);
  await asSuperuser(again, [actId]);
  await tendRetention(worker);
  await asSuperuser(again, [actId]);
  await tendRetention(worker);
  registerKeeper(keeper);
  expect(await actOf(actId)).toMatchObject({
    state: "acting",
    trouble: "The keeper does not answer.",
  });
  const alerts = await asSuperuser<{ subject_ref: string }>(
    "SELECT subject_ref FROM alert WHERE tenant_id = $1 AND kind = 'retention-failing'",
    [tenant],
  );
  expect(alerts).toEqual([{ subject_ref: `retention-act/${actId}` }]);
  await asSuperuser(again, [actId]);
  await carryOut();
  expect(await actOf(actId)).toMatchObject({ state: "done", trouble: null });
});

test("a legal hold refuses: when asked, and when it came after the approval", async () => {
  const held = await emit("held content", "case");
  await sealAndIndex();
  const erase = () =>
    runVerb(requestErasure, officer(), {
      selection: { eventIds: [held] },
      reason: "as asked by the person",
    });
  const early = await erase();
  const { holdId } = await runVerb(placeHold, officer(), {
    caseRef: "2026/17",
    reason: "asked for by the court",
    scope: { subject: "thing/case" },
  });
  await approve(early.actId, second());
  await carryOut();
  expect(await actOf(early.actId)).toMatchObject({
    state: "refused",
    trouble: "legal hold 2026/17",
  });
  await expect(erase()).rejects.toMatchObject({ code: "conflict" });
  expect(await detail(held)).toMatchObject({ payloadState: "intact" });

  const lift = await runVerb(liftHold, officer(), { holdId, reason: "the case is closed" });
  await expect(erase()).rejects.toMatchObject({ code: "conflict" });
  await approve(lift.actId, second());
  await carryOut();
  const late = await erase();
  await approve(late.actId, second());
  await carryOut();
  expect(await detail(held)).toMatchObject({ payloadState: "erased", proof: { status: "proven" } });
});

test("a class and month whose time is over ends with its key; the rest stays, and so do all hash tiles", async () => {
  const [old, young] = [await emit("long ago", "o", "2016-03-05"), await emit("of today", "y")];
  await oldKey();
  await reseal(old);
  await sealAndIndex();
  const tiles = await tilesOf();
  const { holdId } = await runVerb(placeHold, officer(), {
    caseRef: "2026/18",
    reason: "asked for by the court",
    scope: { until: new Date("2017-01-01") },
  });
  await lookAgain();
  await carryOut();
  expect(await detail(old)).toMatchObject({ payloadState: "intact" });
  const lift = await runVerb(liftHold, officer(), { holdId, reason: "the case is closed" });
  await approve(lift.actId, second());
  await carryOut();
  await lookAgain();
  await carryOut();
  forgetTenantKeys(tenant);
  expect(await detail(old)).toMatchObject({ payloadState: "erased", payload: null });
  expect(await detail(young)).toMatchObject({ payloadState: "intact" });
  await sealAndIndex();
  expect((await verify()).faults).toEqual([]);
  for (const [name, hashes] of tiles)
    expect((await tilesOf()).get(name)?.startsWith(hashes)).toBe(true);
});

test("longer holds at once; shorter takes a second person; below the law nobody can", async () => {
  const set = (days: number) =>
    runVerb(setRetention, officer(), { class: "received", days, reason: "as the board said" });
  expect(await set(900)).toEqual({ actId: null, state: "done" });
  await expect(set(300)).rejects.toMatchObject({ code: "invalid", details: { field: "days" } });
  const shorter = await set(400);
  expect(shorter.state).toBe("awaiting_approval");
  const days = async () =>
    (await asSuperuser("SELECT days FROM retention_rule WHERE tenant_id = $1", [tenant]))[0]?.days;
  expect(await days()).toBe(900);
  await approve(shorter.actId, second());
  await carryOut();
  expect(await days()).toBe(400);
});

test("an organization's own key is imported: it wraps everything from then on, and nothing is lost", async () => {
  const kept = await emit("before the import", "i");
  const own = randomBytes(32);
  const wrapped = wrapForImport(await keeperOf("local").importKey(), own);
  const { actId } = await runVerb(renewKey, officer(), { wrapped, reason: "our own key" });
  await carryOut();
  expect(await actOf(actId)).toMatchObject({ state: "done" });
  const [wrap] = await asSuperuser<{ origin: string; root_version: number }>(
    "SELECT origin, root_version FROM audit_wrap_key WHERE tenant_id = $1 AND wrapped IS NOT NULL",
    [tenant],
  );
  expect(wrap?.origin).toBe("imported");
  const file = join(env().DATA_DIR, "tenant-keys", tenant, String(wrap?.root_version));
  expect(readFileSync(file, "utf8")).toBe(own.toString("hex"));
  expect(await detail(kept)).toMatchObject({ payloadState: "intact" });
  // Nothing of it stays behind, wrapped though it was.
  expect((await everyTable()).text.includes(wrapped)).toBe(false);
  const bad = await runVerb(renewKey, officer(), {
    wrapped: randomBytes(552).toString("base64"),
    reason: "not wrapped for us",
  });
  await tendRetention(worker);
  const [failed] = await asSuperuser<{ state: string; trouble: string }>(
    "SELECT state, trouble FROM retention_act WHERE act_id = $1",
    [bad.actId],
  );
  expect(failed).toMatchObject({ state: "refused", trouble: expect.stringContaining("wrapped") });
});

async function deliverAll(sinkId: string, sink: Sink): Promise<void> {
  const { liveId } = await sinkNow(tenant, sinkId);
  const delivering = {
    sinks: new OpenSinks(async () => sink),
    owner: "test",
    leaseSeconds: 60,
    signal: new AbortController().signal,
  };
  await deliverCursor({ tenantId: tenant, cursorId: liveId }, delivering);
  await delivering.sinks.close();
}

function emit(note: string, of: string, day?: string): Promise<string> {
  return withTenant(tenant, "tenant", (tx) =>
    emitEvent(tx, officer(), {
      type: "runtime.things.happened",
      subject: `thing/${of}`,
      payload: { note },
      ...(day ? { at: new Date(`${day}T12:00:00Z`) } : {}),
    }),
  );
}

async function sealAndIndex(): Promise<void> {
  while ((await sealPendingAudit(tenant))?.sealed) {}
  // A key that was replaced meanwhile is read again by the next pass.
  for (let left: number | undefined; left !== 0; ) left = await indexTenant(tenant);
}

const found = (word: string) => searchEventsOf(tenant, word);

function detail(eventId: string) {
  return withTenant(tenant, "tenant", (tx) => auditEvent(tx, tenant, eventId));
}

async function verify() {
  const [head] = await asSuperuser<{ note: string }>(
    "SELECT note FROM audit_checkpoint WHERE tenant_id = $1 ORDER BY tree_size DESC LIMIT 1",
    [tenant],
  );
  const key = parseVerifierKey(logVerifierKey(tenant));
  return withTenant(tenant, "worker", (tx) =>
    verifyStoredLog(tx, tenant, { note: head?.note ?? "", key }),
  );
}

async function approve(actId: string | null, who: ReturnType<typeof officer>): Promise<void> {
  const [act] = await asSuperuser<{ approval_id: string }>(
    "SELECT approval_id FROM retention_act WHERE tenant_id = $1 AND act_id = $2",
    [tenant, actId],
  );
  const requestId = act?.approval_id ?? "";
  const [request] = await asSuperuser<{ digest: string }>(
    "SELECT encode(subject_digest, 'hex') AS digest FROM approval_request WHERE request_id = $1",
    [requestId],
  );
  const subjectDigest = request?.digest ?? "";
  const review = { requestId, subjectDigest, decision: "approve" } as const;
  // What is destroyed does not come back: agreeing takes a second factor, whatever the act.
  await expect(runVerb(reviewApproval, who, review)).rejects.toMatchObject({
    code: "step_up_required",
  });
  await proveAtProvider(who, { act: "approvals.review", digest: subjectDigest });
  await runVerb(reviewApproval, who, review);
}

/** Lets the worker go on until nothing of the tenant is due. */
async function carryOut(): Promise<void> {
  for (let round = 0; round < 4; round++) await tendRetention(worker);
  const open = await asSuperuser(
    "SELECT kind, state, trouble FROM retention_act WHERE tenant_id = $1 AND finished_at IS NULL",
    [tenant],
  );
  expect(open).toEqual([]);
}

async function lookAgain(): Promise<void> {
  await asSuperuser("DELETE FROM retention_look WHERE tenant_id = $1", [tenant]);
  await tendRetention(worker);
}

async function actOf(actId: string | null) {
  const [row] = await asSuperuser(
    "SELECT state, trouble, outcome FROM retention_act WHERE tenant_id = $1 AND act_id = $2",
    [tenant, actId],
  );
  return row;
}

/** Every row of every table as the database would dump it. */
async function everyTable(): Promise<{ text: string }> {
  const tables = await asSuperuser<{ name: string }>(
    "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('public', 'app', 'pgboss')",
  );
  const rows = await asSuperuser<{ row: string }>(
    tables.map(({ name }) => `SELECT t::text AS row FROM ${name} t`).join(" UNION ALL "),
  );
  // What is text is searched as it is, what is bytes as the bytes that it is.
  const parts = rows.flatMap(({ row }) => [
    row,
    ...[...row.matchAll(/x([0-9a-f]{8,})/g)].map(([, hex]) =>
      Buffer.from(hex ?? "", "hex").toString("latin1"),
    ),
  ]);
  return { text: parts.join("\n") };
}

/** What a backup of the database has of the log's content and its keys. */
async function rowsOfBackup() {
  return asSuperuser<StoredEventPayload & Record<string, unknown>>(
    `SELECT e.event_id, e.envelope, p.key_id, p.salt, p.ciphertext FROM audit_event e
     JOIN audit_payload p USING (tenant_id, event_id) WHERE e.tenant_id = $1`,
    [tenant],
  );
}

interface KeyBackup {
  wrapKey: { version: number; keeper: string; wrapped: string };
  dataKeys: { key_id: string; class: string; period: string; wrapped: string }[];
}

function readKeyBackup(): KeyBackup {
  return JSON.parse(readFileSync(join(worker.backups, `${tenant}.json`), "utf8")) as KeyBackup;
}

/** Opens an event of a backup with a backup of the keys and whatever the keeper has now. */
async function openFrom(backup: StoredEventPayload[], keys: KeyBackup, eventId: string) {
  forgetTenantKeys(tenant);
  await unlock(tenant, keys.wrapKey);
  keepDataKeys(
    tenant,
    keys.wrapKey,
    keys.dataKeys.map((key) => ({ ...key, wrapped: Buffer.from(key.wrapped, "base64") })),
  );
  const row = backup.find((each) => each.event_id === eventId);
  if (!row) throw new Error("the backup has no such event");
  return openEvent(tenant, row).payload;
}

/** All words of the search index, as whoever has the keys of now reads them. */
async function openedPages(): Promise<string> {
  const { segmentCipher } = await import("#server/platform/audit/index-cipher.ts");
  const { placeOf } = await import("#server/features/audit/search/segment-rows.ts");
  const { unpackPage } = await import("#server/features/audit/search/packed-pages.ts");
  const pages = await asSuperuser<{
    level: number;
    segment: number;
    width: number;
    page: number;
    bytes: Buffer;
    wrapped_key: Buffer | null;
  }>(
    `SELECT p.*, s.wrapped_key FROM audit_segment_page p JOIN audit_segment s USING (tenant_id, level, segment, width)
     WHERE s.tenant_id = $1`,
    [tenant],
  );
  return withTenant(tenant, "worker", async () =>
    pages
      .map(({ level, segment: number, width, page, bytes, wrapped_key }) => {
        const name = `${level}/${number}/${width}`;
        const opened = segmentCipher(tenant, name, wrapped_key).open(
          bytes,
          placeOf({ level, number, width }, page),
        );
        return Buffer.from(unpackPage(opened)).toString("latin1");
      })
      .join("\n"),
  );
}

/** A data key of a month that is over. */
async function oldKey(): Promise<void> {
  const { newDataKey } = await import("#server/platform/audit/data-keys.ts");
  await withTenant(tenant, "worker", async (tx) => {
    const [wrap] = await tx.query<{ version: number; wrapped: string }>(
      "SELECT version, wrapped FROM audit_wrap_key WHERE tenant_id = $1 AND wrapped IS NOT NULL",
      [tenant],
    );
    const of = { class: "operations", period: "2016-03-01" };
    const { keyId, wrapped } = newDataKey(tenant, wrap?.wrapped ?? "", of);
    await tx.query(
      `INSERT INTO audit_data_key (tenant_id, key_id, class, period, wrapped, wrap_version, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, '2016-03-01')`,
      [tenant, keyId, of.class, of.period, wrapped, wrap?.version],
    );
  });
}

/** As if the event had been sealed in its own month. */
async function reseal(eventId: string): Promise<void> {
  forgetTenantKeys(tenant);
  const { sealEvent } = await import("#server/platform/audit/event-cipher.ts");
  await withTenant(tenant, "worker", async (tx) => {
    const [row] = await tx.query<StoredEventPayload & { type: string; recorded_at: Date }>(
      `SELECT e.event_id, e.envelope, e.type, e.recorded_at, p.key_id, p.salt, p.ciphertext FROM audit_event e
       JOIN audit_payload p ON p.tenant_id = $1 AND p.event_id = e.event_id WHERE e.tenant_id = $1 AND e.event_id = $2`,
      [tenant, eventId],
    );
    if (!row) throw new Error("no such event");
    const { payload, salt } = openEvent(tenant, row);
    const { canonicalJson } = await import("#server/engines/canonical-json/canonical-json.ts");
    const salted = Buffer.concat([salt, Buffer.from(canonicalJson(payload))]);
    const sealed = sealEvent(
      tenant,
      { eventId, type: row.type, at: row.recorded_at, envelope: row.envelope },
      { salted, commitment: Buffer.alloc(32) },
    );
    await asSuperuser(
      "UPDATE audit_payload SET key_id = $3, ciphertext = $4 WHERE tenant_id = $1 AND event_id = $2",
      [tenant, eventId, sealed.keyId, sealed.ciphertext],
    );
    expect(sealed.keyId).toMatch(/^data-/);
  });
}

async function tilesOf(): Promise<Map<string, string>> {
  const rows = await asSuperuser<{ level: number; tile_index: string; hashes: Buffer }>(
    "SELECT level, tile_index, hashes FROM audit_tile WHERE tenant_id = $1",
    [tenant],
  );
  return new Map(rows.map((row) => [`${row.level}/${row.tile_index}`, row.hashes.toString("hex")]));
}

function filesBelow(path: string): string[] {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path).flatMap((name) => filesBelow(join(path, name)));
}

test("root keys are files outside of the database, and old versions of them are gone", () => {
  const versions = readdirSync(join(env().DATA_DIR, "tenant-keys", tenant));
  expect(versions).toHaveLength(1);
  expect(Number(versions[0])).toBeGreaterThan(2);
});
