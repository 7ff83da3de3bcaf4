import { randomBytes } from "node:crypto";
import { uuidv7 } from "uuidv7";
import { beforeEach, expect, test } from "vitest";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  elsewhere,
  newSoftwareKey,
  proveWith,
  REQUIRED,
  registered,
  rewrite,
  SUBJECT,
  take,
} from "../testing/step-up-rig.ts";
import { beginKeyProof } from "./begin-key-proof.ts";
import { proveByKey } from "./prove-by-key.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
});
const officer = () => userOf(tenant, "officer");

test("a key's signature over act and digest is a proof, once", async () => {
  const caller = officer();
  const { key, keyId } = await registered(caller);
  const { attemptId, options } = await runVerb(beginKeyProof, caller, SUBJECT);
  const response = key.get(options);
  const prove = () => runVerb(proveByKey, caller, { attemptId, response });
  expect(await prove()).toMatchObject({ outcome: "proved" });
  expect(await prove()).toEqual({ outcome: "refused", why: "ended" });
  expect(await take(caller)).toMatchObject({ method: "webauthn", acr: null });
  await expect(take(caller)).rejects.toMatchObject(REQUIRED);
  const event = (await eventsOf(tenant)).findLast(({ type }) => type.endsWith("stepped-up"));
  expect(event?.payload).toMatchObject({ method: "webauthn", securityKey: keyId, ...SUBJECT });
});

test.each([
  ["without verifying its user", { isUserVerified: false }],
  ["for another site", { origin: "https://evil.example" }],
  ["for another relying party", { rpId: "evil.example" }],
  ["for another challenge", { challenge: randomBytes(32).toString("base64url") }],
])("a key that answers %s proves nothing, and the question is over", async (_, change) => {
  const caller = officer();
  const { key } = await registered(caller);
  expect(await proveWith(caller, key, SUBJECT, change)).toEqual({
    outcome: "refused",
    why: "not-verified",
  });
  await expect(take(caller)).rejects.toMatchObject(REQUIRED);
  expect((await eventsOf(tenant)).at(-1)).toMatchObject({
    type: "runtime.identity.step-up-refused",
    outcome: "denied",
    payload: { why: "not-verified" },
  });
});

test("an answer to one act is none to another", async () => {
  const caller = officer();
  const { key } = await registered(caller);
  const one = await runVerb(beginKeyProof, caller, SUBJECT);
  const other = await runVerb(beginKeyProof, caller, { ...SUBJECT, digest: "cd".repeat(32) });
  const response = key.get(one.options);
  expect(await runVerb(proveByKey, caller, { attemptId: other.attemptId, response })).toMatchObject(
    { outcome: "refused", why: "not-verified" },
  );
});

test("a counter that goes back is refused, told as critical, and ends the key's credit", async () => {
  const caller = officer();
  const { key, keyId } = await registered(caller);
  key.counter = 10;
  expect(await proveWith(caller, key)).toMatchObject({ outcome: "proved" });
  key.counter = 4;
  expect(await proveWith(caller, key)).toEqual({ outcome: "refused", why: "counter" });
  const alerts = await asSuperuser(
    "SELECT kind, severity, subject_ref FROM alert WHERE tenant_id = $1",
    [tenant],
  );
  expect(alerts).toEqual([
    { kind: "security-key-copied", severity: "critical", subject_ref: `security-key/${keyId}` },
  ]);
  key.counter = 50;
  await expect(proveWith(caller, key)).rejects.toMatchObject({ code: "conflict" });
});

test("two answers of one key at once: both in turn, or one of them is the copy", async () => {
  const caller = officer();
  const { key } = await registered(caller);
  const ask = () => runVerb(beginKeyProof, caller, SUBJECT);
  const [one, two] = [await ask(), await ask()];
  const answers = [one, two].map(({ attemptId, options }) => {
    key.counter = 6;
    return runVerb(proveByKey, caller, { attemptId, response: key.get(options) });
  });
  const outcomes = (await Promise.all(answers)).map((each) => each.outcome).sort();
  expect(outcomes).toEqual(["proved", "refused"]);
});

test("keys that keep no counter stay good", async () => {
  const caller = officer();
  const { key } = await registered(caller);
  for (let round = 0; round < 2; round++) {
    key.counter = -1;
    expect(await proveWith(caller, key)).toMatchObject({ outcome: "proved" });
  }
});

test("another person's key, the same subject of another issuer, an unknown one", async () => {
  const caller = officer();
  await registered(caller);
  const namesake = userOf(tenant, "officer", { issuer: "https://idp.test/realms/other" });
  const theirs = await registered(namesake);
  const colleague = await registered(userOf(tenant, "another"));
  for (const key of [theirs.key, colleague.key, newSoftwareKey()]) {
    expect(await proveWith(caller, key)).toEqual({ outcome: "refused", why: "unknown-key" });
  }
  await expect(take(caller)).rejects.toMatchObject(REQUIRED);
});

test("too late, in another session, another's question, in another tenant, without the scope", async () => {
  const caller = officer();
  const { key } = await registered(caller);
  const { attemptId, options } = await runVerb(beginKeyProof, caller, SUBJECT);
  const response = key.get(options);
  const prove = (by = caller) => runVerb(proveByKey, by, { attemptId, response });
  expect(await prove(elsewhere(caller, uuidv7()))).toMatchObject({ why: "other-session" });
  const absent = { code: "not_found", message: "No such step-up attempt." };
  await expect(prove(userOf(tenant, "another"))).rejects.toMatchObject(absent);
  await expect(prove(userOf(await newTenant(), "officer"))).rejects.toMatchObject(absent);
  const reporter = userOf(tenant, "officer", { roles: ["workload-reporter"] });
  await expect(prove(reporter)).rejects.toMatchObject({ code: "forbidden" });
  await rewrite("UPDATE step_up_attempt SET expires_at = clock_timestamp() WHERE attempt_id = $1", [
    attemptId,
  ]);
  expect(await prove()).toMatchObject({ why: "expired" });
  await expect(
    runVerb(proveByKey, caller, { attemptId, response: { ...response, rawId: "*" } }),
  ).rejects.toMatchObject({ code: "invalid", details: { field: "response.rawId" } });
});
