import { beforeEach, expect, test } from "vitest";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  admin,
  ask,
  demand,
  detail,
  developer,
  sha,
  tender,
} from "../testing/deployment-fixture.ts";
import { attachEvidence } from "./attach-evidence.ts";
import { recordEvidence } from "./record-evidence.ts";

const BODY = JSON.stringify({ Payload: "e30=", Base64Signature: "AA==" });
const IMAGE = sha("checkout@1.2.0");
const REASON = { code: "key-unknown" as const, got: null, wanted: null, attachment: null };
let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
  await demand(tenant);
});

async function attached() {
  const { deploymentId } = await ask(developer(tenant));
  const input = { deploymentId, kind: "attestation" as const, body: BODY };
  const { digest } = await runVerb(attachEvidence, developer(tenant), input);
  return {
    deploymentId,
    revision: 1,
    policyVersion: 1,
    attachments: [digest],
    trustedRoot: null,
    images: [
      {
        image: IMAGE,
        verdict: "refused" as const,
        reasons: [REASON],
        by: null,
        gate: "none" as const,
        gateReasons: [],
        vulnerabilities: [],
        sboms: [],
      },
    ],
  };
}

test("makes a new revision once, whose subject names the finding", async () => {
  const seen = await attached();
  expect(await runVerb(recordEvidence, tender(tenant), seen)).toEqual({
    outcome: "recorded",
    revision: 2,
    provenance: "failed",
  });
  const shown = await detail(admin(tenant), seen.deploymentId);
  expect(shown.evidence).toMatchObject({ isDue: false, images: [{ reasons: [REASON] }] });
  expect(JSON.parse(shown.subject).provenance.verdict).toBe("failed");
  // The same look again is of a revision that is not the current one any more.
  expect(await runVerb(recordEvidence, tender(tenant), seen)).toMatchObject({
    outcome: "outdated",
  });
  const again = { ...seen, revision: 2 };
  expect(await runVerb(recordEvidence, tender(tenant), again)).toMatchObject({
    outcome: "unchanged",
    revision: 2,
  });
  expect(await typesOf(tenant)).toContain("runtime.deployments.evidence-recorded");
});

test("people have no such scope, and another tenant's request is absent", async () => {
  const seen = await attached();
  await expect(runVerb(recordEvidence, admin(tenant), seen)).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(runVerb(recordEvidence, tender(await newTenant()), seen)).rejects.toMatchObject({
    code: "not_found",
  });
});
