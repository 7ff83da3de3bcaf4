import { randomUUID } from "node:crypto";
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { POLICY_REPORT } from "#server/engines/ingest/testing/recorded.ts";
import { saveAdmissionNamespaces } from "#server/features/admission/index.ts";
import {
  registerCluster,
  sovereignAdmin,
} from "#server/features/admission/testing/admission-fixture.ts";
import type { StreamMessage } from "#server/integrations/event-stream/jetstream-consumer.ts";
import { snapshotSource } from "#server/integrations/kubernetes/snapshot-source.ts";
import { closePools } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { sovereignTenant } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { identityFile } from "#test/isolation/identity-file.ts";
import { openSources, readSource } from "./read-sources.ts";
import { readSourcesFile } from "./sources-config.ts";
import { streamReader } from "./stream-reader.ts";

const folder = mkdtempSync(join(tmpdir(), "event-sources-"));
const { signal } = new AbortController();
process.env.IDENTITY_CONFIG = join(folder, "identity.json");
let realmOwner: AuthorizedTenantId;

beforeAll(async () => {
  await sovereignAdmin();
  realmOwner = await newTenant("realm");
  writeFileSync(join(folder, "identity.json"), identityFile([realmOwner]));
});
afterAll(async () => {
  await closePools();
  rmSync(folder, { recursive: true, force: true });
});

const own = (name: string) => `${name}-${randomUUID().slice(0, 8)}`;

function sourcesOf(source: object, clusters: Parameters<typeof openSources>[1] = []) {
  const file = join(folder, `${randomUUID()}.yaml`);
  writeFileSync(file, JSON.stringify({ sources: [source] }));
  return openSources(readSourcesFile(file), clusters);
}

async function receivedFrom(tenant: AuthorizedTenantId, name: string) {
  return (await eventsOf(tenant)).filter(({ payload }) => payload.received?.from === name);
}

test("a vault's audit device flows in: whole lines, past a new file, each once, to whom the path names", async () => {
  const tenant = await newTenant("vault");
  const name = own("vault");
  const file = join(folder, "audit.log");
  const line = (path: string, operation = "update", type = "response") =>
    `${JSON.stringify({ time: "2026-11-22T08:00:00Z", type, auth: { display_name: "x" }, request: { id: randomUUID(), operation, path } })}\n`;
  writeFileSync(
    file,
    line(`secret/data/${tenant}/db`) +
      line("sys/policies/acl/p") +
      line("sys/health", "read") +
      line("sys/a", "update", "request"),
  );
  const config = { name, kind: "openbao-audit", file: "audit.log", operations: ["update"] };
  const [source] = sourcesOf(config);
  if (!source) throw new Error("it is in the file");
  const torn = line(`secret/data/${tenant}/late`);
  appendFileSync(file, torn.slice(0, 40));
  expect(await readSource(source, signal)).toBe(2);
  appendFileSync(file, torn.slice(40));
  renameSync(file, `${file}.1`);
  writeFileSync(file, line(`secret/data/${tenant}/new-file`));
  expect(await readSource(source, signal)).toBe(2);
  // Another process begins where this one kept that it is.
  await source.reader.close();
  const [again] = sourcesOf(config);
  if (!again) throw new Error("it is in the file");
  expect(await readSource(again, signal)).toBe(0);
  await again.reader.close();
  expect((await receivedFrom(tenant, name)).map(({ payload }) => payload.data.path)).toEqual([
    `secret/data/${tenant}/db`,
    `secret/data/${tenant}/late`,
    `secret/data/${tenant}/new-file`,
  ]);
  const [rest, ...more] = await receivedFrom(sovereignTenant(), name);
  expect([rest?.payload.data.path, more]).toEqual(["sys/policies/acl/p", []]);
});

test("a stream's message is acknowledged when its event or dead letter is kept, and not before", async () => {
  const tenant = await newTenant("bus");
  const name = own("bus");
  const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  const event = { specversion: "1.0", id: randomUUID(), source: "/bus", type: "bus.moved", tenant };
  const message = (body: Uint8Array, headers: [string, string][] = []): StreamMessage => ({
    headers: new Map(headers),
    body,
  });
  const binary: [string, string][] = [
    ["ce-specversion", "1.0"],
    ["ce-id", randomUUID()],
    ["ce-source", "/bus"],
    ["ce-type", "bus.stood"],
    ["ce-tenant", tenant],
    ["content-type", "application/json"],
  ];
  let queue = [
    message(bytes(event)),
    message(bytes({ at: 3 }), binary),
    message(bytes("no event")),
  ];
  let acknowledged = 0;
  const config = {
    name,
    kind: "nats" as const,
    servers: ["nats://127.0.0.1:4222"],
    stream: "S",
    consumer: "C",
  };
  const reader = streamReader(config, () => ({
    take: async () => queue,
    async acknowledge() {
      acknowledged += queue.length;
      queue = [];
    },
    close: async () => undefined,
  }));
  // What was taken and not acknowledged comes again.
  const reading = await reader.read(null, signal);
  expect([reading.events.length, acknowledged]).toEqual([3, 0]);
  expect(await readSource({ config, reader }, signal)).toBe(3);
  expect(acknowledged).toBe(3);
  expect((await receivedFrom(tenant, name)).map(({ type }) => type).sort()).toEqual([
    "runtime.received.bus.moved",
    "runtime.received.bus.stood",
  ]);
  expect(
    (await eventsOf(sovereignTenant())).filter(
      ({ type, payload }) => type === "runtime.events.refused" && payload.from === name,
    ),
  ).toHaveLength(1);
});

test("Keycloak is asked for what is new, page by page, with a token of its own", async () => {
  const name = own("sso");
  const events = Array.from({ length: 130 }, (_, at) => ({
    id: randomUUID(),
    time: Date.now() - at * 10,
    type: "LOGIN",
    // Keycloak's own id of the realm.
    realmId: "6d3b0b5e-0f7a-4a3c-9d61-0d5f2b7c1e90",
    userId: `u-${at}`,
  }));
  const calls: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://x");
    calls.push(`${request.method} ${url.pathname} ${request.headers.authorization ?? ""}`);
    const first = Number(url.searchParams.get("first"));
    const body = url.pathname.endsWith("/token")
      ? { access_token: "t0k", expires_in: 300 }
      : url.pathname.endsWith("/admin-events")
        ? []
        : events
            .filter((_, at) => at < 3 === url.pathname.includes(`/realms/${realmOwner}/`))
            .slice(first, first + Number(url.searchParams.get("max")));
    response.setHeader("content-type", "application/json").end(JSON.stringify(body));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  writeFileSync(join(folder, "secret"), "s3cret\n");
  const [source] = sourcesOf({
    name,
    kind: "keycloak",
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    realms: ["nobodys-realm", realmOwner],
    clientId: "console-events",
    secretFile: "secret",
  });
  if (!source) throw new Error("it is in the file");
  expect(await readSource(source, signal)).toBe(130);
  expect(await readSource(source, signal)).toBe(0);
  server.close();
  server.closeAllConnections();
  // A realm that speaks for one tenant says whose its events are.
  expect(await receivedFrom(realmOwner, name)).toHaveLength(3);
  expect(await receivedFrom(sovereignTenant(), name)).toHaveLength(127);
  expect(calls).toContain("GET /admin/realms/nobodys-realm/events Bearer t0k");
});

test("reports of a cluster are told once, to the owner of their namespace", async () => {
  const tenant = await newTenant("reports");
  const cluster = await registerCluster();
  await runVerb(saveAdmissionNamespaces, await sovereignAdmin(), {
    cluster,
    namespaces: [{ namespace: "shop", rule: "owned", tenant, environment: "prod" }],
    reason: "agreed in the platform meeting",
  });
  const path = join(folder, cluster);
  writeFileSync(`${path}.yaml`, JSON.stringify(POLICY_REPORT));
  const live = snapshotSource({ name: cluster, region: null, path: `${path}.yaml` });
  const name = own("reports");
  const [source] = sourcesOf({ name, kind: "reports", cluster }, [live]);
  if (!source) throw new Error("it is in the file");
  expect(await readSource(source, signal)).toBe(1);
  expect(await readSource(source, signal)).toBe(0);
  expect(await receivedFrom(tenant, name)).toMatchObject([
    { type: "runtime.received.io.kyverno.policy-report.fail", outcome: "denied" },
  ]);
  expect(() => sourcesOf({ name, kind: "reports", cluster: "absent" }, [live])).toThrow(cluster);
});

test("a file that is wrong says which field, and what it must be", () => {
  expect(() => sourcesOf({ name: "Bad Name", kind: "keycloak", url: "ftp://x" })).toThrow(
    /sources\.0\.name: must be a name[\s\S]*sources\.0\.url/,
  );
  // A login in an address would be told wherever the address is.
  const bus = { name: "bus", kind: "nats", stream: "S", consumer: "C" };
  expect(() => sourcesOf({ ...bus, servers: ["tls://me:pass@nats.example.om"] })).toThrow(
    /sources\.0\.servers\.0: must be like .*secretFile$/,
  );
  const plain = { name: "sso", kind: "keycloak", realms: ["r"], clientId: "c", secretFile: "s" };
  const file = join(folder, "plain.json");
  writeFileSync(file, JSON.stringify({ sources: [{ ...plain, url: "http://sso.example.om" }] }));
  expect(readSourcesFile(file, "demo")).toHaveLength(1);
  expect(() => readSourcesFile(file, "production")).toThrow(/sso\.url: production needs https/);
});
