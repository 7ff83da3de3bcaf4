import { mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nkeys } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SINK_KINDS, SinkConfig, type SinkKind } from "#server/engines/delivery/sink-kinds.ts";
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
import type { ContentStore } from "#server/integrations/content-store/content-store.ts";
import { openContentStore } from "#server/integrations/content-store/open-content-store.ts";
import { startS3ProtocolServer } from "#server/integrations/content-store/testing/s3-protocol-server.ts";
import { openSink } from "#server/integrations/sinks/open-sink.ts";
import { startHttp } from "#server/integrations/sinks/testing/http-server.ts";
import { startSyslog } from "#server/integrations/sinks/testing/syslog-server.ts";
import { webhookSeed } from "#server/integrations/webhook/webhook-key.ts";
import { closeIdentityPools } from "#server/platform/db/identity-pool.ts";
import { closePools, withTenant } from "#server/platform/db/tenant-transaction.ts";
import { installationSeed } from "#server/platform/env/installation-seed.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { answerChecks } from "#server/worker/delivery/answer-checks.ts";
import { deliverCursor } from "#server/worker/delivery/deliver-cursor.ts";
import { OpenSinks } from "#server/worker/delivery/open-sinks.ts";
import { sinkWorld } from "#server/worker/delivery/sink-world.ts";
import { tendEvidence } from "#server/worker/jobs/evidence.ts";
import { makeTestAuthority } from "#test/contract/test-authority.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { startIndiscreetNats } from "./indiscreet-nats.ts";
import { Planted } from "./planted.ts";
import { secretFieldsOf } from "./sink-secrets.ts";
import { valuesIn } from "./spellings.ts";

/*
 * Law 6, where the log leaves the house. Canary values stand wherever a sink of any kind names a secret, our own keys
 * and signing seeds among them, and in content stores. The other sides are as indiscreet as they can be: they tell in
 * their refusals what they were sent. Then tables, logs, the database server's log, answers, exports and packs are
 * searched for every value.
 */
const planted = new Planted("outlets");
const directory = mkdtempSync(join(tmpdir(), "outlets-"));
let tenant: AuthorizedTenantId;

beforeAll(async () => {
  await planted.begin();
  planted.values.set("the installation's seed", installationSeed());
  planted.values.set("the seed that signs webhooks", webhookSeed());
  tenant = await newTenant("outlets");
  await sealedEventsOf(tenant, 3);
});
afterAll(async () => {
  await closePools();
  await closeIdentityPools();
  await rm(directory, { recursive: true, force: true });
});

test("sinks of each kind whose receivers repeat every secret when they refuse", async () => {
  const authority = await makeTestAuthority("receivers");
  const server = await authority.issue({ commonName: "localhost", dns: "localhost" });
  const client = await authority.issue({ commonName: "console" });
  planted.privateKey("our client's key", client.privateKey);
  const tls = { cert: server.certificate, key: server.privateKey };
  const ours = { ...tls, clientCa: authority.certificate };
  const foreign = { ...tls, clientCa: (await makeTestAuthority("others")).certificate };

  const heard: string[] = [];
  let status = 401;
  const tell = ({ headers, path }: { headers: object; path: string }) => {
    const told = JSON.stringify(headers);
    heard.push(told);
    return { status, body: { error: `${path}: who is ${told}?`, text: told, errors: true } };
  };
  const closed = await startHttp(tell, { tls: ours });
  const open = await startHttp(tell);
  const syslog = await startSyslog(ours);
  const strictSyslog = await startSyslog(foreign);
  const nats = await startIndiscreetNats(tls);

  const stored = new Map<string, string>();
  const kv = {
    async read(path: string) {
      const value = stored.get(path);
      if (value === undefined) return { kind: "absent" as const };
      return { kind: "found" as const, fields: { it: SecretValue.of(value) } };
    },
  } as unknown as ReturnType<Parameters<typeof sinkWorld>[0]>;
  const secretOf = (name: string, value: string) => {
    const path = `siem/${name.replaceAll(" ", "-")}`;
    stored.set(`${tenant}/${path}`, value);
    return { path, field: "it" };
  };
  const openOne = (tenantId: string, config: SinkConfig) =>
    openSink(config, { ...sinkWorld(() => kv, tenantId), isAllowedAddress: () => true });

  const trusting = { ca: authority.certificate };
  const places: Record<SinkKind, Record<string, unknown>[]> = {
    webhook: [{ url: closed.url, ...trusting }],
    "splunk-hec": [{ url: closed.url, ...trusting }],
    opensearch: [{ url: closed.url, username: "writer", ...trusting }],
    datadog: [{ url: open.url }],
    "nats-jetstream": [
      { servers: `tls://localhost:${nats.port}`, ...trusting },
      { servers: `tls://localhost:${nats.port}`, username: "writer", ...trusting },
    ],
    "syslog-tls": [
      { host: "localhost", port: syslog.port, ...trusting },
      { host: "localhost", port: strictSyslog.port, ...trusting },
    ],
  };
  /** Every secret field of a kind filled: with a key that is none, and with one that the receivers take. */
  const filled = (kind: SinkKind, at: number, place: Record<string, unknown>) => {
    const fields = secretFieldsOf(kind);
    const secrets = Object.fromEntries(
      fields
        .filter((field) => field !== "clientKey")
        .map((field) => {
          const name = `${kind} ${field} ${at}`;
          return [field, secretOf(name, planted.canary(name))];
        }),
    );
    const config = { kind, ...place, ...secrets };
    if (!fields.includes("clientKey")) return [config];
    const broken = `${kind} clientKey ${at}`;
    return [
      secretOf(broken, planted.canary(broken)),
      secretOf(`${broken} whole`, client.privateKey),
    ].map((clientKey) => ({ ...config, clientCertificate: client.certificate, clientKey }));
  };
  const configs: Record<string, unknown>[] = SINK_KINDS.flatMap((kind) =>
    places[kind].flatMap((place, at) => filled(kind, at, place)),
  );
  const nkey = new TextDecoder().decode(nkeys.createUser().getSeed());
  planted.values.set("nats-jetstream seed of a credentials file", nkey);
  const jwt = planted.canary("nats-jetstream jwt of a credentials file");
  const lines = ["-----BEGIN NATS USER JWT-----", jwt, "------END NATS USER JWT------", ""];
  const whole = [
    ...lines,
    "-----BEGIN USER NKEY SEED-----",
    nkey,
    "------END USER NKEY SEED------",
    "",
  ];
  for (const [at, file] of [
    whole,
    lines,
    [...whole.slice(0, 5), `${nkey}A`, ...whole.slice(6)],
  ].entries()) {
    const token = secretOf(`nats credentials ${at}`, file.join("\n"));
    configs.push({ kind: "nats-jetstream", ...places["nats-jetstream"][0], token });
  }

  const sinks = new OpenSinks(openOne);
  const by = { sinks, owner: "canary", leaseSeconds: 60, signal: new AbortController().signal };
  try {
    for (const [at, given] of configs.entries()) {
      const config = SinkConfig.parse(given);
      status = 401;
      const { checkId } = await runVerb(askCheck, officerOf(tenant), { config });
      await answerChecks(openOne);
      const checked = await withTenant(tenant, "tenant", (tx) => check(tx, tenant, checkId));
      planted.note(`the check of ${config.kind} ${at}`, checked);
      const { sinkId, liveId } = await addSink(tenant, { name: `siem-${at}`, config });
      // Who are you? – I do not take this. – I am ill. And for NATS, whatever comes next.
      for (status of [401, 400, 503]) {
        await asSuperuser(
          "UPDATE sink_cursor SET next_attempt_at = clock_timestamp() WHERE tenant_id = $1",
          [tenant],
        );
        await deliverCursor({ tenantId: tenant, cursorId: liveId }, by);
        const { sink } = await sinkNow(tenant, sinkId);
        planted.note(`${config.kind} ${at} after ${status}`, sink);
      }
    }
    planted.note("what is set aside", await lettersOf(tenant, "waiting"));
  } finally {
    await sinks.close();
    for (const each of [closed, open, syslog, strictSyslog, nats]) await each.stop();
  }
  // Each was used: what is sent at all was heard, and our key let us in.
  const told = [...heard, ...nats.heard].join("\n");
  const sent = [...planted.values.keys()].filter((name) =>
    /^(webhook|splunk-hec|opensearch|datadog|nats-jetstream) (?!clientKey|seed)/.test(name),
  );
  expect(valuesIn(told, planted.values).sort()).toEqual(sent.sort());
  expect(sent.length).toBeGreaterThan(6);
  expect(syslog.records.length).toBeGreaterThan(0);
  expect(strictSyslog.records).toEqual([]);
  for (const kind of SINK_KINDS) {
    for (const field of secretFieldsOf(kind)) {
      expect([...planted.values.keys()]).toContain(`${kind} ${field} 0`);
    }
  }
}, 120_000);

test("a content store that refuses its key, and one that takes packs", async () => {
  await sealPendingAudit(tenant);
  const s3 = await startS3ProtocolServer(planted.canary("access key"));
  const file = join(directory, "credentials.json");
  const storeWith = (accessKeyId: string) => {
    writeFileSync(
      file,
      JSON.stringify({ accessKeyId, secretAccessKey: planted.canary("secret key") }),
    );
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
    planted.note(`the pack ${packId}`, pack);
    return pack;
  };
  try {
    const refusing = storeWith(planted.canary("wrong access key"));
    expect((await made(refusing)).state).not.toBe("ready");
    refusing.close();
    await asSuperuser("DELETE FROM evidence_pack WHERE tenant_id = $1", [tenant]);
    const store = storeWith(String(planted.values.get("access key")));
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
    planted.note("the opened pack", Buffer.concat(parts).toString("utf8"));
    for (const [name, { body }] of s3.objects) {
      planted.note(`the object ${name}`, body.toString("latin1"));
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
  planted.note("the export", exported);
}, 60_000);

test("none of the values stands anywhere", async () => {
  const leaks = await planted.leaks();
  // The search itself works, and each way was gone.
  const written = new Map([["the tenant", tenant as string]]);
  for (const place of ["the table public.sink", "the export", "the opened pack", "our own log"]) {
    expect(valuesIn(planted.places.get(place) ?? "", written), place).toEqual(["the tenant"]);
  }
  expect(leaks).toEqual([]);
}, 60_000);

async function sealedSize(): Promise<string> {
  const [head] = await asSuperuser<{ size: string }>(
    "SELECT max(tree_size) AS size FROM audit_checkpoint WHERE tenant_id = $1",
    [tenant],
  );
  return head?.size ?? "0";
}
