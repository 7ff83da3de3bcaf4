import { createHash, randomBytes } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import { POST as POST_BY_PATH } from "#app/api/v1/events/[source]/[token]/route.ts";
import { POST } from "#app/api/v1/events/[source]/route.ts";
import { KUBERNETES_AUDIT } from "#server/engines/ingest/testing/recorded.ts";
import { saveAdmissionNamespaces } from "#server/features/admission/index.ts";
import {
  registerCluster,
  sovereignAdmin,
} from "#server/features/admission/testing/admission-fixture.ts";
import { closeIdentityPools } from "#server/platform/db/identity-pool.ts";
import { closePools } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { sovereignTenant, userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { saveEventSource } from "./save-event-source.ts";

afterAll(async () => {
  await closePools();
  await closeIdentityPools();
});

const REASON = "agreed in the platform meeting";
const newToken = () => randomBytes(32).toString("base64url");
const hashOf = (token: string) => createHash("sha256").update(token).digest("hex");

async function post(
  source: string,
  token: string,
  body: unknown,
  how: "header" | "path" = "header",
) {
  const request = new Request(`http://localhost:3000/api/v1/events/${source}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(how === "header" ? { authorization: `Bearer ${token}` } : {}),
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const send = how === "header" ? POST : POST_BY_PATH;
  const response = await send(request, { params: Promise.resolve({ source, token }) });
  return { status: response.status, answer: await response.json() };
}

const alert = (rule: string) => ({ rule, priority: "Warning", time: new Date().toISOString() });

test("a source is registered with a token's hash, sends by it, gets another, and is retired with both", async () => {
  const tenant = await newTenant("source");
  const officer = userOf(tenant, "officer");
  const [first, second] = [newToken(), newToken()];
  const save = (over: object) =>
    runVerb(saveEventSource, officer, { name: "falco", kind: "falco", reason: REASON, ...over });
  const { sourceId, outcome } = await save({ tokenHash: hashOf(first) });
  expect(outcome).toBe("created");
  expect((await save({ tokenHash: hashOf(first) })).outcome).toBe("unchanged");
  expect((await post(sourceId, first, alert("one"))).answer).toMatchObject({ received: 1 });
  expect((await post(sourceId, first, alert("two"), "path")).answer).toMatchObject({ received: 1 });
  expect((await save({ tokenHash: hashOf(second) })).outcome).toBe("changed");
  for (const [at, token] of [first, second].entries()) {
    expect((await post(sourceId, token, alert(`either ${at}`))).status).toBe(200);
  }
  const nobody = await post(sourceId, newToken(), alert("three"));
  const nowhere = await post("01900000-0000-7000-8000-000000000000", second, alert("three"));
  expect([nobody.status, nowhere.status]).toEqual([401, 401]);
  expect(nobody.answer.detail).toBe(nowhere.answer.detail);
  const torn = await post(sourceId, second, '{"rule": ');
  expect([torn.status, torn.answer]).toMatchObject([200, { refused: 1 }]);
  expect((await save({ isRetired: true })).outcome).toBe("changed");
  expect((await post(sourceId, second, alert("four"))).status).toBe(401);
  const logged = await eventsOf(tenant);
  expect(logged.filter(({ type }) => type.startsWith("runtime.received.org.falco"))).toHaveLength(
    4,
  );
  expect(logged.map(({ type }) => type)).toEqual(
    expect.arrayContaining(["runtime.events.source-saved", "runtime.events.source-retired"]),
  );
  expect(JSON.stringify(logged)).not.toContain(second);
});

test("the Sovereign's cluster tells whose each event is; a token counts for its own source alone", async () => {
  const owner = await newTenant("source");
  const cluster = await registerCluster();
  const admin = await sovereignAdmin();
  await runVerb(saveAdmissionNamespaces, admin, {
    cluster,
    namespaces: [{ namespace: "shop", rule: "owned", tenant: owner, environment: "prod" }],
    reason: REASON,
  });
  const token = newToken();
  const { sourceId } = await runVerb(saveEventSource, admin, {
    name: `audit-${randomBytes(4).toString("hex")}`,
    kind: "kubernetes-audit",
    cluster,
    tokenHash: hashOf(token),
    reason: REASON,
  });
  const items = KUBERNETES_AUDIT.items.map((item, at) => ({
    ...item,
    auditID: `${cluster}-${at}`,
  }));
  const list = { ...KUBERNETES_AUDIT, items };
  expect((await post(sourceId, token, list)).answer).toMatchObject({ received: 3, refused: 0 });
  expect((await post(sourceId, token, list)).answer).toMatchObject({ received: 0, repeated: 3 });
  const ours = async (tenant: typeof owner) =>
    (await eventsOf(tenant)).filter(({ payload }) => payload.received?.id.startsWith(cluster));
  expect((await ours(owner)).map(({ outcome }) => outcome).sort()).toEqual(["denied", "succeeded"]);
  expect(await ours(sovereignTenant())).toMatchObject([
    { payload: { received: { subject: "/livez" }, actor: { kind: "service" } } },
  ]);
});

test("bad input names the field; a cluster is the Sovereign's to name; nobody without the scope", async () => {
  const tenant = await newTenant("source");
  const officer = userOf(tenant, "officer");
  const save = (over: object, caller = officer) =>
    runVerb(saveEventSource, caller, { name: "falco", kind: "falco", reason: REASON, ...over });
  for (const [field, over] of [
    ["name", { name: "Not A Name" }],
    ["tokenHash", { tokenHash: "the token itself" }],
    ["cluster", { cluster: "muscat-1" }],
    ["reason", { reason: "short" }],
  ] as const) {
    await expect(save(over)).rejects.toMatchObject({ code: "invalid", details: { field } });
  }
  await save({});
  await expect(save({ kind: "keycloak" })).rejects.toMatchObject({
    code: "conflict",
    details: { field: "kind" },
  });
  const developer = userOf(tenant, "dev", { roles: ["developer"] });
  await expect(save({}, developer)).rejects.toMatchObject({ code: "forbidden" });
});
