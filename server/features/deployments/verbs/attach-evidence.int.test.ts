import { beforeEach, expect, test } from "vitest";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { ask, demand, detail, developer, sha } from "../testing/deployment-fixture.ts";
import { attachEvidence } from "./attach-evidence.ts";
import { withdrawDeployment } from "./withdraw-deployment.ts";

const BODY = JSON.stringify({ Payload: "e30=", Base64Signature: "AA==" });
const IMAGE = sha("checkout@1.2.0");
let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
  await demand(tenant);
});

type Kind = "attestation" | "vulnerabilities" | "sbom";
const attach = (deploymentId: string, body: string, kind: Kind = "attestation", by = tenant) =>
  runVerb(attachEvidence, developer(by), { deploymentId, kind, body });

test("keeps the file by its digest, in the history and in the log", async () => {
  const { deploymentId } = await ask(developer(tenant));
  const { digest, outcome } = await attach(deploymentId, BODY);
  expect(outcome).toBe("attached");
  const shown = await detail(developer(tenant), deploymentId);
  expect(shown.evidence).toMatchObject({
    isDue: true,
    attachments: [{ digest, kind: "attestation", bytes: BODY.length }],
  });
  expect(shown.history.at(-1)).toMatchObject({ act: "attached" });
  const events = await eventsOf(tenant);
  expect(events.at(-1)).toMatchObject({
    type: "runtime.deployments.attached",
    subject: `deployment/${deploymentId}`,
  });
});

test.each<[string, Kind, string, string]>([
  ["no JSON", "attestation", "{", "is not JSON"],
  ["no attestation", "attestation", "{}", "neither a Sigstore bundle"],
  ["an attestation that is too large", "attestation", `"${"x".repeat(256 * 1024)}"`, "256 KiB"],
  ["no report", "vulnerabilities", "{}", "at matches"],
  ["no bill of materials", "sbom", "[]", "at its top"],
])("%s is refused", async (_name, kind, body, message) => {
  const { deploymentId } = await ask(developer(tenant));
  await expect(attach(deploymentId, body, kind)).rejects.toMatchObject({
    code: "invalid",
    details: { field: "body" },
    message: expect.stringContaining(message),
  });
});

test("a file beyond any bound is refused before it is read", async () => {
  const { deploymentId } = await ask(developer(tenant));
  await expect(attach(deploymentId, "x".repeat(4 * 1024 * 1024 + 1), "sbom")).rejects.toMatchObject(
    { code: "invalid" },
  );
});

test("a report about another image is refused", async () => {
  const { deploymentId } = await ask(developer(tenant));
  const report = (manifestDigest: string) =>
    JSON.stringify({
      matches: [],
      source: { type: "image", target: { manifestDigest } },
      descriptor: { name: "grype", version: "1" },
    });
  await expect(attach(deploymentId, report(sha("other")), "vulnerabilities")).rejects.toMatchObject(
    { message: expect.stringContaining("none of the images") },
  );
  expect(await attach(deploymentId, report(IMAGE), "vulnerabilities")).toMatchObject({
    outcome: "attached",
  });
});

test("not to what is over, not elsewhere, not without the scope", async () => {
  const { deploymentId } = await ask(developer(tenant));
  const auditor = userOf(tenant, "auditor", { roles: ["compliance"] });
  const input = { deploymentId, kind: "attestation" as const, body: BODY };
  await expect(runVerb(attachEvidence, auditor, input)).rejects.toMatchObject({
    code: "forbidden",
  });
  const other = await newTenant();
  await expect(attach(deploymentId, BODY, "attestation", other)).rejects.toMatchObject({
    code: "not_found",
  });
  await runVerb(withdrawDeployment, developer(tenant), { deploymentId, reason: "Not today" });
  await expect(attach(deploymentId, BODY)).rejects.toMatchObject({ code: "conflict" });
});
