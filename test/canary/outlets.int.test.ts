import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { POST as POST_BY_PATH } from "#app/api/v1/events/[source]/[token]/route.ts";
import { POST } from "#app/api/v1/events/[source]/route.ts";
import { openPack } from "#server/engines/evidence/sealed-pack.ts";
import { sealPendingAudit } from "#server/features/audit/index.ts";
import { check } from "#server/features/delivery/queries.ts";
import {
  addSink,
  lettersOf,
  officerOf,
  sealedEventsOf,
  sinkNow,
} from "#server/features/delivery/testing/delivery-fixture.ts";
import { askCheck } from "#server/features/delivery/verbs/ask-check.ts";
import { EventExport } from "#server/features/evidence/event-export.ts";
import { packOf } from "#server/features/evidence/queries.ts";
import { askPack } from "#server/features/evidence/verbs/ask-pack.ts";
import { takePack } from "#server/features/evidence/verbs/take-pack.ts";
import { saveEventSource } from "#server/features/ingest/verbs/save-event-source.ts";
import type { ContentStore } from "#server/integrations/content-store/content-store.ts";
import { openContentStore } from "#server/integrations/content-store/open-content-store.ts";
import { startS3ProtocolServer } from "#server/integrations/content-store/testing/s3-protocol-server.ts";
import { openSink } from "#server/integrations/sinks/open-sink.ts";
import { startHttp } from "#server/integrations/sinks/testing/http-server.ts";
import { closeIdentityPools } from "#server/platform/db/identity-pool.ts";
import { closePools, withTenant } from "#server/platform/db/tenant-transaction.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { systemCaller } from "#server/platform/system-caller.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { answerChecks } from "#server/worker/delivery/answer-checks.ts";
import { deliverCursor } from "#server/worker/delivery/deliver-cursor.ts";
import { OpenSinks } from "#server/worker/delivery/open-sinks.ts";
import { sinkWorld } from "#server/worker/delivery/sink-world.ts";
import { tendEvidence } from "#server/worker/jobs/evidence.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { fileDatabase } from "#test/harness/file-database.ts";
import { captureLogs } from "../isolation/captured-logs.ts";
import { valuesIn } from "./spellings.ts";

/*
 * Law 6, where the log leaves the house and where it comes in. Canary values are the tokens and passwords of
 * sinks, of senders of events and of content stores. The other sides are as indiscreet as they can be: they tell in
 * their refusals what they were sent. Then tables, logs, the database server's log, answers, what sinks got, exports
 * and packs are searched for every value.
 */
const { cluster, urls, name: database } = fileDatabase();
const logs = captureLogs();
const values = new Map<string, string>();
const places = new Map<string, string>();
const canary = (name: string) => {
  const digest = createHash("sha256").update(`outlets ${name}`).digest("hex");
  const value = `cnry-${name.replaceAll(" ", "-")}-${digest.slice(0, 24)}`;
  values.set(name, value);
  return value;
};
const directory = mkdtempSync(join(tmpdir(), "outlets-"));
const admin = new pg.Client({ connectionString: urls.superuser });
let tenant: AuthorizedTenantId;

beforeAll(async () => {
  await admin.connect();
  await admin.query(`ALTER DATABASE ${database} SET log_statement = 'all'`);
  await admin.query(`ALTER DATABASE ${database} SET log_parameter_max_length_on_error = -1`);
  tenant = await newTenant("outlets");
  await sealedEventsOf(tenant, 3);
});
afterAll(async () => {
  await admin.end();
  await closePools();
  await closeIdentityPools();
  await rm(directory, { recursive: true, force: true });
});

test("sinks of each kind that repeat their tokens when they refuse", async () => {
  let seen = 0;
  let status = 401;
  const receiver = await startHttp(({ headers, path }) => {
    seen += 1;
    const told = JSON.stringify(headers);
    return { status, body: { error: `${path}: who is ${told}?`, text: told, errors: true } };
  });
  const stored = new Map<string, string>();
  const kv = {
    async read(path: string) {
      const value = stored.get(path);
      if (value === undefined) return { kind: "absent" as const };
      return { kind: "found" as const, fields: { token: SecretValue.of(value) } };
    },
  } as unknown as ReturnType<Parameters<typeof sinkWorld>[0]>;
  const secretOf = (name: string) => {
    const path = `siem/${name.replaceAll(" ", "-")}`;
    stored.set(`${tenant}/${path}`, canary(name));
    return { path, field: "token" };
  };
  const open = (tenantId: string, config: Parameters<typeof openSink>[0]) =>
    openSink(config, { ...sinkWorld(() => kv, tenantId), isAllowedAddress: () => true });
  const configs = [
    { kind: "webhook", url: receiver.url, token: secretOf("webhook token") },
    { kind: "splunk-hec", url: receiver.url, token: secretOf("splunk token") },
    {
      kind: "opensearch",
      url: receiver.url,
      username: "writer",
      password: secretOf("opensearch password"),
    },
  ] as const;
  const sinks = new OpenSinks(open);
  const by = { sinks, owner: "canary", leaseSeconds: 60, signal: new AbortController().signal };
  try {
    for (const [at, config] of configs.entries()) {
      const { checkId } = await runVerb(askCheck, officerOf(tenant), { config });
      await answerChecks(open);
      const checked = await withTenant(tenant, "tenant", (tx) => check(tx, tenant, checkId));
      places.set(`the check of ${config.kind}`, JSON.stringify(checked));
      const { sinkId, liveId } = await addSink(tenant, { name: `siem-${at}`, config });
      // Who are you? – I do not take this. – I am ill.
      for (status of [401, 400, 503]) {
        await asSuperuser(
          "UPDATE sink_cursor SET next_attempt_at = clock_timestamp() WHERE tenant_id = $1",
          [tenant],
        );
        await deliverCursor({ tenantId: tenant, cursorId: liveId }, by);
        const { sink } = await sinkNow(tenant, sinkId);
        places.set(`${config.kind} after ${status}`, JSON.stringify(sink, withBigints));
      }
    }
    places.set(
      "what is set aside",
      JSON.stringify(await lettersOf(tenant, "waiting"), withBigints),
    );
    expect(seen).toBeGreaterThan(configs.length * 2);
  } finally {
    await sinks.close();
    await receiver.stop();
  }
}, 60_000);

test("senders of events whose token comes in a header, in a path, and wrongly", async () => {
  const token = canary("sender token");
  const { sourceId } = await runVerb(saveEventSource, systemCaller(tenant, "canary"), {
    name: "ledger",
    kind: "cloudevents",
    tokenHash: createHash("sha256").update(token).digest("hex"),
    reason: "agreed in the platform meeting",
  });
  const send = async (
    what: string,
    headers: Record<string, string>,
    path: string,
    body: string,
  ) => {
    const url = `http://localhost:3000/api/v1/events/${path}`;
    const request = new Request(url, {
      method: "POST",
      headers: { "content-type": "application/cloudevents+json", ...headers },
      body,
    });
    const [source = "", inPath] = path.split("/");
    const answer =
      inPath === undefined
        ? await POST(request, { params: Promise.resolve({ source }) })
        : await POST_BY_PATH(request, { params: Promise.resolve({ source, token: inPath }) });
    places.set(`the answer to ${what}`, `${answer.status} ${await answer.text()}`);
    return answer.status;
  };
  const event = (id: string, more: object = {}) =>
    JSON.stringify({
      specversion: "1.0",
      id,
      source: "/ledger",
      type: "com.example.booked",
      ...more,
    });
  const bearer = { authorization: `Bearer ${token}` };
  expect(await send("a header", bearer, sourceId, event("1"))).toBe(200);
  expect(await send("a path", {}, `${sourceId}/${token}`, event("2"))).toBe(200);
  await send("rubbish", bearer, sourceId, "{");
  await send("a token of its own in the data", bearer, sourceId, event("3", { data: { token } }));
  const wrong = canary("wrong token");
  expect(await send("a wrong one", { authorization: `Bearer ${wrong}` }, sourceId, "{}")).toBe(401);
  expect(await send("a wrong one in a path", {}, `${sourceId}/${wrong}`, "{}")).toBe(401);
}, 60_000);

test("a content store that refuses its key, and one that takes packs", async () => {
  await sealPendingAudit(tenant);
  const s3 = await startS3ProtocolServer(canary("access key"));
  const file = join(directory, "credentials.json");
  const storeWith = (accessKeyId: string) => {
    writeFileSync(file, JSON.stringify({ accessKeyId, secretAccessKey: canary("secret key") }));
    return openContentStore({
      CONTENT_STORE: `s3:${s3.url}/packs/evidence?region=test`,
      CONTENT_STORE_CREDENTIALS_FILE: file,
      DATA_DIR: directory,
    });
  };
  const auditor = userOf(tenant, "auditor", { roles: ["compliance"] });
  const made = async (store: ContentStore) => {
    const { packId } = await runVerb(askPack, auditor, { query: "", disclosure: "payloads" });
    await tendEvidence({ store, witnesses: [], owner: "canary", leaseSeconds: 60 });
    const pack = await withTenant(tenant, "tenant", (tx) => packOf(tx, tenant, packId));
    places.set(`the pack ${packId}`, JSON.stringify(pack));
    return pack;
  };
  try {
    const refusing = storeWith(canary("wrong access key"));
    expect((await made(refusing)).state).not.toBe("ready");
    refusing.close();
    await asSuperuser("DELETE FROM evidence_pack WHERE tenant_id = $1", [tenant]);
    const store = storeWith(values.get("access key") ?? "");
    const pack = await made(store);
    expect(pack.state).toBe("ready");
    const { storedDigest, bytes, packKey } = await runVerb(takePack, auditor, {
      packId: pack.packId,
    });
    const stored = await store.get(storedDigest);
    if (!stored) throw new Error("the pack is not where it was put");
    const whole = { size: bytes, start: 0, end: bytes };
    const parts: Uint8Array[] = [];
    for await (const part of openPack(Buffer.from(packKey, "hex"), pack.packId, stored, whole)) {
      parts.push(part);
    }
    places.set("the opened pack", Buffer.concat(parts).toString("utf8"));
    for (const [name, { body }] of s3.objects) {
      places.set(`the object ${name}`, body.toString("latin1"));
    }
    store.close();
  } finally {
    await s3.close();
  }
  const lines = new EventExport({
    tenant,
    condition: { kind: "and", of: [] },
    format: "ndjson",
    treeSize: Number(await sealedSize()),
  });
  let exported = "";
  for (let text = await lines.nextLines(); text !== undefined; text = await lines.nextLines()) {
    exported += text;
  }
  places.set("the export", exported);
}, 60_000);

test("none of the values stands anywhere", async () => {
  places.set("our own log", logs.since(0).join(""));
  places.set("the database server's log", readFileSync(cluster.logFile, "utf8"));
  const tables = await asSuperuser<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    [],
  );
  for (const { name } of tables) {
    const rows = await asSuperuser<{ row: string }>(`SELECT t::text AS row FROM ${name} t`, []);
    places.set(`the table ${name}`, rows.map(({ row }) => row).join("\n"));
  }
  // The search itself works, and each way was gone.
  const written = new Map([["the tenant", tenant as string]]);
  for (const place of ["the table public.sink", "the export", "the opened pack", "our own log"]) {
    expect(valuesIn(places.get(place) ?? "", written), place).toEqual(["the tenant"]);
  }
  expect([...values.keys()].sort()).toEqual([
    "access key",
    "opensearch password",
    "secret key",
    "sender token",
    "splunk token",
    "webhook token",
    "wrong access key",
    "wrong token",
  ]);
  const leaks = [...places].flatMap(([place, text]) =>
    valuesIn(text, values).map((name) => `${name} stands in ${place}`),
  );
  expect(leaks).toEqual([]);
}, 60_000);

async function sealedSize(): Promise<string> {
  const [head] = await asSuperuser<{ size: string }>(
    "SELECT max(tree_size) AS size FROM audit_checkpoint WHERE tenant_id = $1",
    [tenant],
  );
  return head?.size ?? "0";
}

function withBigints(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
