import { beforeEach, describe, expect, test } from "vitest";
import type { Caller } from "#server/platform/actor.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf, typesOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { webhookEndpoints } from "../queries.ts";
import { auditorOf, officerOf } from "../testing/alert-fixture.ts";
import { addWebhookEndpoint } from "./add-webhook-endpoint.ts";

const addEndpoint = (caller: Caller, url: string) => runVerb(addWebhookEndpoint, caller, { url });
let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
});
const officer = (of = tenant) => officerOf(of);
const auditor = () => auditorOf(tenant);

describe("endpoints", () => {
  test("are added once each, and the log keeps the origin only", async () => {
    const { endpointId } = await addEndpoint(
      officer(),
      "https://hooks.example.om/path-as-good-as-a-key",
    );
    await expect(
      addEndpoint(officer(), "https://HOOKS.example.om/path-as-good-as-a-key"),
    ).rejects.toMatchObject({
      code: "conflict",
      details: { field: "url" },
    });
    const [event] = await eventsOf(tenant);
    expect(event).toMatchObject({
      type: "runtime.alerts.endpoint-added",
      subject: `webhook-endpoint/${endpointId}`,
      payload: { origin: "https://hooks.example.om" },
    });
    expect(JSON.stringify(event)).not.toContain("as-good-as");
    const other = await newTenant();
    expect(await withTenant(other, "tenant", (tx) => webhookEndpoints(tx, other))).toEqual([]);
    await addEndpoint(officer(other), "https://hooks.example.om/path-as-good-as-a-key");
  });

  test("ten at the most, also when many are added at once", async () => {
    const answers = await Promise.allSettled(
      Array.from({ length: 13 }, (_, n) => addEndpoint(officer(), `https://h${n}.example.om/`)),
    );
    expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(10);
  });

  test("with one key it is added once", async () => {
    const caller = { ...officer(), idempotencyKey: "add-it-once-please" };
    const first = await addEndpoint(caller, "https://once.example.om/");
    expect(await addEndpoint(caller, "https://once.example.om/")).toEqual(first);
    expect(await typesOf(tenant)).toEqual(["runtime.alerts.endpoint-added"]);
  });

  test("a bad address names the field; the wrong scope is forbidden", async () => {
    for (const url of ["", "nonsense", "https://u:p@example.om/"]) {
      await expect(addEndpoint(officer(), url)).rejects.toMatchObject({
        code: "invalid",
        details: { field: "url" },
      });
    }
    await expect(addEndpoint(auditor(), "https://a.example.om/")).rejects.toMatchObject({
      code: "forbidden",
    });
  });
});
