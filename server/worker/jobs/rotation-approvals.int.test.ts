import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import { reviewApproval } from "#server/features/approvals/verbs/review-approval.ts";
import { insertSession } from "#server/features/identity/session-rows.ts";
import { force, newRig, rotationRow } from "#server/features/rotation/testing/rotation-rig.ts";
import type { Role } from "#server/platform/authz/scopes.ts";
import { scopesOfRoles } from "#server/platform/authz/scopes.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { settleRotationApprovals } from "./rotation-approvals.ts";

/** A key's rotation that "second" has approved. */
async function approved() {
  const rig = await newRig({ class: "signing-key" });
  const { rotationId } = await force(rig);
  expect(await settleRotationApprovals()).toBe(0);
  const [row] = await asSuperuser<{ request_id: string; digest: string }>(
    "SELECT request_id, encode(subject_digest, 'hex') AS digest FROM approval_request WHERE tenant_id = $1",
    [rig.tenant],
  );
  if (!row) throw new Error("no approval was asked for");
  await runVerb(reviewApproval, userOf(rig.tenant, "second"), {
    requestId: row.request_id,
    decision: "approve",
    subjectDigest: row.digest,
  });
  return { rig, rotationId };
}

/** Signs "second" in, with the roles that were read a moment ago. */
async function signIn(
  tenant: string,
  roles: readonly Role[],
  tenants: readonly string[] = [tenant],
): Promise<void> {
  await insertSession({
    sessionId: uuidv7(),
    realm: tenant,
    issuer: `https://idp.test/realms/${tenant}`,
    sid: uuidv7(),
    acr: "1",
    authTimeSeconds: Math.floor(Date.now() / 1_000),
    grants: {
      subject: "second",
      displayName: "A second officer",
      tenants,
      roles,
      scopes: scopesOfRoles(roles),
      isDemo: false,
    },
    accessToken: "none",
    refreshToken: "none",
    idToken: "none",
    accessExpiresInSeconds: 3_600,
  });
}

test("who approved has the role still: the rotation is carried on, once", async () => {
  const { rig, rotationId } = await approved();
  await signIn(rig.tenant, ["security-officer"]);
  expect(await settleRotationApprovals()).toBe(1);
  expect(await rotationRow(rig, rotationId)).toMatchObject({
    state: "awaiting_approval",
    approved_at: expect.any(Date),
  });
  expect(await settleRotationApprovals()).toBe(0);
});

test.each([
  ["has lost the role since", ["developer"] as const],
  ["is not signed in, so that nobody vouches for the role", null],
])("who approved %s: the rotation ends unapproved", async (_what, roles) => {
  const { rig, rotationId } = await approved();
  if (roles) await signIn(rig.tenant, roles);
  expect(await settleRotationApprovals()).toBe(1);
  expect(await rotationRow(rig, rotationId)).toMatchObject({
    state: "rolled_back",
    error_code: "approval_quorum_lost",
    approved_at: null,
  });
});

test("who approved has lost the tenant, not the role: the rotation ends unapproved", async () => {
  const { rig, rotationId } = await approved();
  await signIn(rig.tenant, ["security-officer"], ["another-tenant"]);
  expect(await settleRotationApprovals()).toBe(1);
  expect(await rotationRow(rig, rotationId)).toMatchObject({
    state: "rolled_back",
    error_code: "approval_quorum_lost",
  });
});
