import { createHash } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { registered, SUBJECT } from "../testing/step-up-rig.ts";
import { beginKeyProof } from "./begin-key-proof.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
});

test("the challenge is SHA-256 over a new seed, the act and the digest; only own keys are asked", async () => {
  const caller = userOf(tenant, "officer");
  const { key } = await registered(caller);
  await registered(userOf(tenant, "another"));
  await registered(userOf(tenant, "officer", { issuer: "https://idp.test/realms/other" }));
  const question = await runVerb(beginKeyProof, caller, SUBJECT);
  expect(question.options.allowCredentials).toEqual([
    { id: key.credentialId.toString("base64url"), type: "public-key", transports: ["usb"] },
  ]);
  const [row] = await asSuperuser<{ seed: Buffer }>(
    "SELECT seed FROM step_up_attempt WHERE attempt_id = $1",
    [question.attemptId],
  );
  const challenge = createHash("sha256")
    .update(row?.seed ?? "")
    .update(`${SUBJECT.act}\0`)
    .update(Buffer.from(SUBJECT.digest, "hex"))
    .digest("base64url");
  expect(question.options).toMatchObject({ challenge, userVerification: "required" });
  const again = await runVerb(beginKeyProof, caller, SUBJECT);
  expect(again.options.challenge).not.toBe(challenge);
  expect((await typesOf(tenant)).slice(-2)).toEqual([
    "runtime.identity.step-up-begun",
    "runtime.identity.step-up-begun",
  ]);
});

test("without a key, without the scope, with bad input; a foreign tenant has no key", async () => {
  const caller = userOf(tenant, "officer");
  await registered(caller);
  const elsewhere = userOf(await newTenant(), "officer");
  await expect(runVerb(beginKeyProof, elsewhere, SUBJECT)).rejects.toMatchObject({
    code: "conflict",
  });
  const reporter = userOf(tenant, "officer", { roles: ["workload-reporter"] });
  await expect(runVerb(beginKeyProof, reporter, SUBJECT)).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(runVerb(beginKeyProof, caller, { ...SUBJECT, digest: "" })).rejects.toMatchObject({
    code: "invalid",
    details: { field: "digest" },
  });
});
