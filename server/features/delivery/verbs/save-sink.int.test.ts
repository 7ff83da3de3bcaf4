import { beforeEach, expect, test } from "vitest";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  addSink,
  officerOf,
  readerOf,
  sealedEventsOf,
  sinkNow,
  WEBHOOK,
} from "../testing/delivery-fixture.ts";
import { saveSink } from "./save-sink.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant("sinks");
});
const save = (fields: object, caller = officerOf(tenant)) =>
  runVerb(saveSink, caller, { name: "siem", config: WEBHOOK, ...fields } as never);

test("a sink begins now or at the beginning; a change keeps where it stands, and its kind", async () => {
  await sealedEventsOf(tenant, 3);
  const { sinkId } = await save({});
  expect((await sinkNow(tenant, sinkId)).sink.live.nextLeaf).toBe("3");
  const other = await addSink(tenant, { name: "archive" });
  expect(other.sink.live.nextLeaf).toBe("0");
  const changed = { sinkId, revision: 1, name: "siem two", query: "outcome:denied" };
  await save(changed);
  expect((await sinkNow(tenant, sinkId)).sink).toMatchObject({
    name: "siem two",
    query: "outcome:denied",
    revision: 2,
    target: "https://siem.example.com",
    live: { nextLeaf: "3" },
  });
  await expect(save(changed)).rejects.toMatchObject({ code: "stale" });
  const kind = { kind: "splunk-hec", url: WEBHOOK.url, token: { path: "siem/splunk" } };
  await expect(save({ sinkId, revision: 2, config: kind })).rejects.toMatchObject({
    code: "invalid",
    details: { field: "config.kind" },
  });
  await expect(save({ name: "ARCHIVE" })).rejects.toMatchObject({
    code: "conflict",
    details: { field: "name" },
  });
  expect((await typesOf(tenant)).filter((type) => type.startsWith("runtime.delivery."))).toEqual([
    "runtime.delivery.sink-added",
    "runtime.delivery.sink-added",
    "runtime.delivery.sink-changed",
  ]);
});

test.each([
  ["query", { query: "outcom:denied" }, "query", /no field/],
  [
    "address",
    { config: { kind: "webhook", url: "siem.example.com" } },
    "config.url",
    /whole address/,
  ],
  [
    "port",
    { config: { kind: "syslog-tls", host: "siem.example.com", port: 0 } },
    "config.port",
    /port/,
  ],
  [
    "user in the address",
    { config: { kind: "nats-jetstream", servers: "tls://u:p@nats.example.com" } },
    "config.servers",
    /without a login/,
  ],
  ["mask", { masking: [{ at: "/id", action: "drop" }] }, "masking.0.at", /never masked/],
  [
    "secret path",
    { config: { ...WEBHOOK, token: { path: "../other/token" } } },
    "config.token.path",
    /path/,
  ],
])("a wrong %s is refused with its field", async (_, fields, field, message) => {
  await expect(save(fields)).rejects.toMatchObject({
    code: "invalid",
    message: expect.stringMatching(message),
    details: { field },
  });
});

test("who may not, and whose it is not", async () => {
  await expect(save({}, readerOf(tenant))).rejects.toMatchObject({ code: "forbidden" });
  const { sinkId } = await save({});
  const stranger = officerOf(await newTenant("sinks"));
  await expect(save({ sinkId, revision: 1 }, stranger)).rejects.toMatchObject({
    code: "not_found",
  });
});
