import { createHash } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nkeys } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { POST as POST_BY_PATH } from "#app/api/v1/events/[source]/[token]/route.ts";
import { POST } from "#app/api/v1/events/[source]/route.ts";
import { sovereignAdmin } from "#server/features/admission/testing/admission-fixture.ts";
import { deadLetter, deadLetters, receivedOverview } from "#server/features/ingest/queries.ts";
import { SaveSourceInput } from "#server/features/ingest/schema.ts";
import { saveEventSource } from "#server/features/ingest/verbs/save-event-source.ts";
import { startHttp } from "#server/integrations/sinks/testing/http-server.ts";
import { closeIdentityPools } from "#server/platform/db/identity-pool.ts";
import { closePools, withTenant } from "#server/platform/db/tenant-transaction.ts";
import { systemCaller } from "#server/platform/system-caller.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { sourceOf } from "#server/worker/clusters/cluster-sources.ts";
import { openSources, readSource } from "#server/worker/event-sources/read-sources.ts";
import { readSourcesFile } from "#server/worker/event-sources/sources-config.ts";
import { makeTestAuthority } from "#test/contract/test-authority.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { sovereignTenant } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { identityFile } from "../isolation/identity-file.ts";
import { startIndiscreetNats } from "./indiscreet-nats.ts";
import { Planted } from "./planted.ts";
import { valuesIn } from "./spellings.ts";

/*
 * Law 6, where events come in: tokens of machines of every kind, and what the worker shows to the sources that it
 * reads. These repeat in their refusals all that they were sent.
 */
const planted = new Planted("event sources");
const folder = mkdtempSync(join(tmpdir(), "event-source-canaries-"));
process.env.IDENTITY_CONFIG = join(folder, "identity.json");
/** The sources that the worker reads, by name. */
const readNames: string[] = [];
let tenant: AuthorizedTenantId;

beforeAll(async () => {
  await planted.begin();
  await sovereignAdmin();
  tenant = await newTenant("senders");
  writeFileSync(join(folder, "identity.json"), identityFile([tenant]));
});
afterAll(async () => {
  await closePools();
  await closeIdentityPools();
  await rm(folder, { recursive: true, force: true });
});

test.each(SaveSourceInput.shape.kind.options)(
  "a machine of the kind %s: its token in a header, in a path, in its data, and a wrong one",
  async (kind) => {
    const token = planted.canary(`${kind} token`);
    const { sourceId } = await runVerb(saveEventSource, systemCaller(tenant, "canary"), {
      name: kind,
      kind,
      tokenHash: createHash("sha256").update(token).digest("hex"),
      reason: "agreed in the platform meeting",
    });
    const send = async (what: string, given: string | null, path: string, body: string) => {
      const headers = {
        "content-type":
          kind === "cloudevents" ? "application/cloudevents+json" : "application/json",
        ...(given ? { authorization: `Bearer ${given}` } : {}),
      };
      const url = `http://localhost:3000/api/v1/events/${path}`;
      const request = new Request(url, { method: "POST", headers, body });
      const [source = "", inPath] = path.split("/");
      const answer =
        inPath === undefined
          ? await POST(request, { params: Promise.resolve({ source }) })
          : await POST_BY_PATH(request, { params: Promise.resolve({ source, token: inPath }) });
      planted.note(`the answer to ${what} of ${kind}`, `${answer.status} ${await answer.text()}`);
      return answer.status;
    };
    const event = (id: string, more: object = {}) =>
      JSON.stringify({ specversion: "1.0", id, source: "/a", type: "com.example.booked", ...more });
    expect(await send("a header", token, sourceId, event("1"))).toBe(200);
    expect(await send("a path", null, `${sourceId}/${token}`, event("2"))).toBe(200);
    await send("rubbish", token, sourceId, "{");
    await send("its own token", token, sourceId, event("3", { token, data: { token } }));
    const wrong = planted.canary(`${kind} wrong token`);
    expect(await send("a wrong one", wrong, sourceId, "{}")).toBe(401);
    expect(await send("a wrong one in a path", null, `${sourceId}/${wrong}`, "{}")).toBe(401);
  },
);

test("the sources that the worker reads, whose other side repeats what it was shown", async () => {
  const nats = await startIndiscreetNats(null);
  const heard: string[] = [];
  const accessToken = planted.canary("keycloak access token");
  let isGiven = false;
  const authority = await makeTestAuthority("cluster");
  const server = await authority.issue({ commonName: "localhost", dns: "localhost" });
  const client = await authority.issue({ commonName: "console" });
  planted.privateKey("cluster key", client.privateKey);
  const answer = ({ path, headers, body }: { path: string; headers: object; body: string }) => {
    const told = `${path} ${JSON.stringify(headers)} ${body}`;
    heard.push(told);
    if (isGiven && path.endsWith("/token")) {
      return { status: 200, body: { access_token: accessToken, expires_in: 300 } };
    }
    return { status: heard.length % 2 ? 401 : 502, body: { message: told, error: told } };
  };
  const http = await startHttp(answer);
  const tls = { cert: server.certificate, key: server.privateKey };
  const api = await startHttp(answer, { tls: { ...tls, clientCa: authority.certificate } });
  const secretFile = (name: string, content: string) => {
    const file = `${name.replaceAll(" ", "-")}.secret`;
    writeFileSync(join(folder, file), content);
    return file;
  };
  const nkey = new TextDecoder().decode(nkeys.createUser().getSeed());
  planted.values.set("nats seed", nkey);
  const lines = [
    "-----BEGIN NATS USER JWT-----",
    planted.canary("nats jwt"),
    "------END NATS USER JWT------",
  ];
  const more = ["", "-----BEGIN USER NKEY SEED-----", nkey, "------END USER NKEY SEED------", ""];
  const login = (name: string) => secretFile(name, planted.canary(name));
  const bus = {
    kind: "nats",
    servers: [`nats://127.0.0.1:${nats.port}`],
    stream: "EVENTS",
    consumer: "console",
  };
  const sources = [
    { ...bus, name: "token", secretFile: login("nats token") },
    { ...bus, name: "password", username: "console", secretFile: login("nats password") },
    { ...bus, name: "creds", secretFile: secretFile("creds", [...lines, ...more].join("\n")) },
    { ...bus, name: "half-creds", secretFile: secretFile("half", [...lines, ""].join("\n")) },
    {
      kind: "keycloak",
      name: "sso",
      url: http.url,
      realms: [tenant],
      clientId: "console-events",
      secretFile: login("keycloak secret"),
    },
    { kind: "reports", name: "reports", cluster: "canary-1" },
  ];
  const kubeconfig = join(folder, "kubeconfig");
  const named = (name: string, more: object) => [{ name, ...more }];
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const trust = { "certificate-authority-data": base64(authority.certificate) };
  const us = {
    token: planted.canary("cluster token"),
    "client-certificate-data": base64(client.certificate),
    "client-key-data": base64(client.privateKey),
  };
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "c",
      clusters: named("c", { cluster: { server: api.url, ...trust } }),
      users: named("u", { user: us }),
      contexts: named("c", { context: { cluster: "c", user: "u" } }),
    }),
  );
  const live = { kubeconfig, secrets: "keys" as const };
  const cluster = sourceOf({ name: "canary-1", region: null, live, desired: [] });
  const file = join(folder, "sources.json");
  writeFileSync(file, JSON.stringify({ sources }));
  const open = openSources(readSourcesFile(file), [cluster]);
  const { signal } = new AbortController();
  readNames.push(...sources.map(({ name }) => name));
  let refusals = 0;
  try {
    for (const source of open) {
      // As often as there are ways to refuse; a failure is told as the worker's loop tells it.
      for (let turn = 0; turn < nats.ways; turn += 1) {
        isGiven = turn % 2 === 1;
        await readSource(source, signal).catch((err) => {
          refusals += 1;
          logger.error({ err, job: `event-source ${source.config.name}` }, "due work failed");
        });
      }
    }
  } finally {
    await Promise.all(open.map(({ reader }) => reader.close().catch(() => undefined)));
    await cluster.close();
    await http.stop();
    await api.stop();
    await nats.stop();
  }
  expect(refusals).toBe(open.length * nats.ways);
  expect(valuesIn([...heard, ...nats.heard].join("\n"), planted.values).sort()).toEqual([
    "cluster token",
    "keycloak access token",
    "keycloak secret",
    "nats jwt",
    "nats password",
    "nats token",
  ]);
}, 120_000);

test("none of the values stands anywhere", async () => {
  const { letters, overview } = await withTenant(tenant, "tenant", async (tx) => {
    const { items } = await deadLetters(tx, tenant, { state: "waiting", after: null });
    const whole = [];
    for (const { deadLetterId } of items) whole.push(await deadLetter(tx, tenant, deadLetterId));
    return { letters: whole, overview: await receivedOverview(tx, tenant) };
  });
  planted.note("what was refused", letters);
  planted.note("the sources", [overview, tenant]);
  for (const each of [tenant, sovereignTenant()]) {
    planted.note(`the log of ${each}`, await eventsOf(each));
  }
  const leaks = await planted.leaks();
  // The search itself works, and each way was gone.
  const written = new Map([["the tenant", tenant as string]]);
  for (const place of ["the table public.event_source", "the sources"]) {
    expect(valuesIn(planted.places.get(place) ?? "", written), place).toEqual(["the tenant"]);
  }
  for (const name of readNames) {
    expect(planted.places.get("our own log")).toContain(`event-source ${name}`);
  }
  expect(letters.length).toBeGreaterThan(0);
  expect(leaks).toEqual([]);
}, 60_000);
