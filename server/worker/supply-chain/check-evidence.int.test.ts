import { createHash } from "node:crypto";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { recordEvidence } from "#server/features/deployments/index.ts";
import {
  admin,
  ask,
  blockersOf,
  claimAs,
  demand,
  detail,
  developer,
  fresh,
  image,
  ONE_ADMIN,
  pipeline,
  review,
  sha,
  tend,
  tender,
} from "#server/features/deployments/testing/deployment-fixture.ts";
import { attachEvidence } from "#server/features/deployments/verbs/attach-evidence.ts";
import { reviseDeployment } from "#server/features/deployments/verbs/revise-deployment.ts";
import { Gitea } from "#server/integrations/gitea/gitea.ts";
import { giteaServer, TOKEN } from "#server/integrations/gitea/testing/gitea-server.ts";
import {
  BUILDER,
  cosignKey,
  ISSUER,
  provenance,
  SOURCE,
  sigstoreWorld,
  WORKFLOW,
} from "#server/integrations/sigstore/testing/sigstore-world.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { checkEvidence } from "./check-evidence.ts";

const IMAGE = sha("checkout@1.2.0");
const SIDECAR = sha("sidecar@1.0.0");
const key = cosignKey();
const PROVEN = {
  ...ONE_ADMIN,
  provenance: "slsa-3" as const,
  supplyChain: {
    signers: [{ issuer: ISSUER, subject: WORKFLOW }],
    keys: [key.trusted],
    builders: [{ id: BUILDER, level: 3 as const }],
    sources: [{ service: "checkout", repository: SOURCE, ref: "refs/heads/main" }],
  },
};
let world: Awaited<ReturnType<typeof sigstoreWorld>>;
let tenant: AuthorizedTenantId;
beforeAll(async () => {
  world = await sigstoreWorld();
});
beforeEach(async () => {
  tenant = await newTenant();
});

type Kind = "attestation" | "vulnerabilities" | "sbom";
const attach = (deploymentId: string, body: string, kind: Kind = "attestation") =>
  runVerb(attachEvidence, developer(tenant), { deploymentId, kind, body });

/** As the worker does it each second. */
async function work(deploymentId: string, forge: Gitea | null = null) {
  await tend(tenant, deploymentId);
  await checkEvidence(tender(tenant), deploymentId, { root: world.root, forge });
  await tend(tenant, deploymentId);
  return detail(admin(tenant), deploymentId);
}

const wordsOf = ({ blockers }: Awaited<ReturnType<typeof work>>, code: string) =>
  blockers.find((each) => each.code === `forbid-deploy-${code}`)?.words;

function grype(found: [severity: string, state: string][], digest = IMAGE) {
  return JSON.stringify({
    matches: found.map(([severity, state], at) => ({
      vulnerability: { id: `CVE-2026-${at}`, severity, fix: { state } },
    })),
    source: { type: "image", target: { manifestDigest: digest } },
    descriptor: { name: "grype", version: "0.90.0" },
  });
}
const syft = (digest = IMAGE) =>
  JSON.stringify({
    artifacts: [{ name: "openssl", version: "3" }],
    source: { type: "image", metadata: { manifestDigest: digest } },
    descriptor: { name: "syft", version: "1.20.0" },
  });

test("what is demanded and missing holds the request, in words", async () => {
  await demand(tenant, PROVEN);
  const { deploymentId, state } = await ask(developer(tenant));
  expect(state).toBe("checking");
  const shown = await work(deploymentId);
  expect(wordsOf(shown, "provenance-missing")).toBe(
    "provenance missing: registry.example/bank/checkout: it has no attestation",
  );
  expect(shown.revision).toBe(1);
});

test("a verified image lets people decide, and its verdict is part of what they approve", async () => {
  await demand(tenant, PROVEN);
  const { deploymentId, subjectDigest } = await ask(developer(tenant));
  const body = await world.attest(provenance([IMAGE]));
  const { digest } = await attach(deploymentId, body);
  expect(digest).toBe(createHash("sha256").update(body).digest("hex"));
  const shown = await work(deploymentId);
  expect(shown).toMatchObject({
    state: "awaiting_approval",
    revision: 2,
    provenance: "verified",
    evidence: {
      isDue: false,
      trustedRoot: world.root.digest,
      attachments: [{ digest, kind: "attestation" }],
      images: [
        {
          image: IMAGE,
          verdict: "verified",
          reasons: [],
          by: { attachment: digest, signer: `${WORKFLOW} (${ISSUER})` },
          repository: "registry.example/bank/checkout",
        },
      ],
    },
  });
  expect(shown.subjectDigest).not.toBe(subjectDigest);
  expect(JSON.parse(shown.subject).provenance).toEqual({
    verdict: "verified",
    evidence: {
      trustedRoot: world.root.digest,
      policy: shown.evidence.policy,
      attestations: [digest],
      images: [{ image: IMAGE, verdict: "verified", gate: "none", vulnerabilities: [], sboms: [] }],
    },
  });
  await review(admin(tenant), shown);
  const approver = fresh(tenant, "admin", "sovereign-admin");
  expect(await claimAs(pipeline(tenant), shown, [approver])).toMatchObject({ outcome: "claimed" });
  expect(await typesOf(tenant)).toEqual(
    expect.arrayContaining([
      "runtime.deployments.attached",
      "runtime.deployments.evidence-recorded",
    ]),
  );
});

test("of two images one attested holds the request, and says which", async () => {
  await demand(tenant, PROVEN);
  const images = [image("checkout", "1.2.0"), image("sidecar", "1.0.0")];
  const { deploymentId } = await ask(developer(tenant), { images });
  await attach(deploymentId, await world.attest(provenance([IMAGE])));
  const half = await work(deploymentId);
  expect(half).toMatchObject({ state: "checking", provenance: "unknown" });
  expect(wordsOf(half, "provenance-missing")).toContain(
    "registry.example/bank/sidecar: it has no attestation",
  );
  expect(wordsOf(half, "provenance-missing")).not.toContain("bank/checkout");
  await attach(deploymentId, key.envelope(provenance([SIDECAR])));
  const whole = await work(deploymentId);
  expect(whole).toMatchObject({ state: "awaiting_approval", provenance: "verified" });
  expect(whole.evidence.images.map(({ by }) => by?.signer).sort()).toEqual(
    ["key release", `${WORKFLOW} (${ISSUER})`].sort(),
  );
});

test("a wrong builder blocks the claim too, in words", async () => {
  await demand(tenant, PROVEN);
  const { deploymentId } = await ask(developer(tenant));
  await attach(deploymentId, await world.attest(provenance([IMAGE], { builder: "laptop" })));
  const shown = await work(deploymentId);
  expect(shown).toMatchObject({ state: "checking", provenance: "failed" });
  const approver = fresh(tenant, "admin", "sovereign-admin");
  const outcome = await claimAs(pipeline(tenant), shown, [approver]);
  expect(blockersOf(outcome)).toEqual(["approvals-missing", "provenance-missing"]);
  expect(JSON.stringify(outcome)).toContain(`built by laptop, the policy wants ${BUILDER}`);
});

test("a new attestation after an approval makes the approval stale", async () => {
  await demand(tenant, PROVEN);
  const { deploymentId } = await ask(developer(tenant));
  await attach(deploymentId, await world.attest(provenance([IMAGE])));
  const before = await work(deploymentId);
  await review(admin(tenant), before);
  expect((await work(deploymentId)).state).toBe("approved");
  await attach(deploymentId, key.envelope(provenance([IMAGE])));
  const after = await work(deploymentId);
  expect(after).toMatchObject({ state: "awaiting_approval", revision: before.revision + 1 });
  expect(after.reviews.map(({ notCounted }) => notCounted)).toEqual(["stale"]);
  const approver = fresh(tenant, "admin", "sovereign-admin");
  expect(blockersOf(await claimAs(pipeline(tenant), before, [approver]))).toEqual(
    expect.arrayContaining(["approvals-missing", "subject-changed"]),
  );
});

test("the same file twice is attached once, and looking again changes nothing", async () => {
  await demand(tenant, PROVEN);
  const { deploymentId } = await ask(developer(tenant));
  const body = await world.attest(provenance([IMAGE]));
  await attach(deploymentId, body);
  const { revision } = await work(deploymentId);
  expect(await attach(deploymentId, body)).toMatchObject({ outcome: "unchanged" });
  expect((await work(deploymentId)).revision).toBe(revision);
});

test("another policy, and other images, are judged anew", async () => {
  await demand(tenant, PROVEN);
  const { deploymentId } = await ask(developer(tenant));
  await attach(deploymentId, await world.attest(provenance([IMAGE])));
  expect((await work(deploymentId)).provenance).toBe("verified");
  const builders = [{ id: `${BUILDER}-2`, level: 3 as const }];
  await demand(tenant, { ...PROVEN, supplyChain: { ...PROVEN.supplyChain, builders } }, 1);
  expect(await work(deploymentId)).toMatchObject({ state: "checking", provenance: "failed" });
  await demand(tenant, PROVEN, 2);
  expect((await work(deploymentId)).provenance).toBe("verified");
  await runVerb(reviseDeployment, developer(tenant), {
    deploymentId,
    images: [image("checkout", "1.2.1")],
    configDigest: sha("checkout config 7"),
    changeRef: "checkout#413",
    reason: "Another build",
  });
  // Before the worker has looked nothing is proven.
  expect((await detail(admin(tenant), deploymentId)).provenance).toBe("unknown");
  expect(await work(deploymentId)).toMatchObject({ state: "checking", provenance: "unknown" });
});

test("reports are summarised and gated", async () => {
  const supplyChain = {
    vulnerabilities: { worst: "high" as const, worstFixable: "medium" as const },
    requiresSbom: true,
  };
  await demand(tenant, { ...ONE_ADMIN, supplyChain });
  const { deploymentId, state } = await ask(developer(tenant));
  expect(state).toBe("checking");
  const at = "registry.example/bank/checkout:";
  expect(wordsOf(await work(deploymentId), "gate-unmet")).toContain(
    `${at} it has no bill of materials; ${at} it has no vulnerability report`,
  );
  await attach(deploymentId, syft(), "sbom");
  await attach(deploymentId, grype([["High", "not-fixed"]]), "vulnerabilities");
  const passed = await work(deploymentId);
  expect(passed.state).toBe("awaiting_approval");
  expect(passed.evidence.images).toMatchObject([
    {
      gate: "met",
      vulnerabilities: [{ summary: { counts: { high: 1 }, worst: "high", worstFixable: null } }],
      sboms: [{ summary: { packages: 1, tool: "syft 1.20.0" } }],
    },
  ]);
  const worse = grype([
    ["Critical", "not-fixed"],
    ["High", "fixed"],
  ]);
  await attach(deploymentId, worse, "vulnerabilities");
  const blocked = await work(deploymentId);
  expect(blocked.state).toBe("checking");
  expect(wordsOf(blocked, "gate-unmet")).toContain(
    "it has 1 critical, the policy takes none above",
  );
  expect(wordsOf(blocked, "gate-unmet")).toContain("it has 1 high that a fix exists for");
});

test("what was looked at and has changed meanwhile is not recorded", async () => {
  await demand(tenant, PROVEN);
  const { deploymentId } = await ask(developer(tenant));
  await attach(deploymentId, await world.attest(provenance([IMAGE])));
  const finding = {
    image: IMAGE,
    verdict: "verified" as const,
    reasons: [],
    by: { attachment: "a".repeat(64), signer: "x" },
    gate: "none" as const,
    gateReasons: [],
    vulnerabilities: [],
    sboms: [],
  };
  const seen = { deploymentId, revision: 1, policyVersion: 1, trustedRoot: null };
  const record = (change: object) =>
    runVerb(recordEvidence, tender(tenant), {
      ...seen,
      attachments: [],
      images: [finding],
      ...change,
    });
  for (const change of [
    {},
    { attachments: ["b".repeat(64)] },
    { revision: 2 },
    { policyVersion: 2 },
    { images: [{ ...finding, image: SIDECAR }] },
  ]) {
    expect(await record(change)).toMatchObject({ outcome: "outdated", provenance: "unknown" });
  }
});

test("a merge is looked up at the forge, and enters what is approved", async () => {
  const change = "bank/checkout#412";
  const server = await giteaServer({
    [change]: { merged: false, reviews: [{ login: "amal", state: "APPROVED" }] },
  });
  try {
    const forge = new Gitea({ url: server.url, token: async () => SecretValue.of(TOKEN) });
    await demand(tenant, { ...ONE_ADMIN, mergeApprovals: 2 });
    const request = { changeRef: change };
    const { deploymentId, state } = await ask(developer(tenant), request);
    expect(state).toBe("checking");
    const open = await work(deploymentId, forge);
    expect(wordsOf(open, "merge-not-approved")).toBe(
      "the merge is not approved: bank/checkout#412 is not merged",
    );
    expect((await work(deploymentId, forge)).revision).toBe(open.revision);
    // It is merged, with one approval: not enough; then there are two.
    const pull = server.state.pulls[change];
    if (!pull) throw new Error("no pull request");
    pull.merged = true;
    expect(wordsOf(await work(deploymentId, forge), "merge-not-approved")).toContain(
      "was merged with 1 approvals, the policy wants 2",
    );
    pull.reviews?.push({ login: "badr", state: "APPROVED" });
    const shown = await work(deploymentId, forge);
    expect(shown.state).toBe("awaiting_approval");
    expect(JSON.parse(shown.subject).provenance.evidence.merge).toEqual({
      change,
      outcome: "merged",
      commit: "c0ffee".padEnd(40, "0"),
      author: "dev",
      approvers: ["amal", "badr"],
    });
    expect(shown.evidence.merge).toMatchObject({ approvers: ["amal", "badr"] });
  } finally {
    await server.stop();
  }
});

test("a forge that does not answer is asked again; a change it can't have is refused", async () => {
  await demand(tenant, { ...ONE_ADMIN, mergeApprovals: 1 });
  const server = await giteaServer({});
  const forge = new Gitea({ url: server.url, token: async () => SecretValue.of(TOKEN) });
  const lost = await ask(developer(tenant), { service: "a", changeRef: "bank/checkout#412" });
  const outcomeOf = async (changeRef: string, at: Gitea | null) => {
    const { deploymentId } = await ask(developer(tenant), { service: "b", changeRef });
    return (await work(deploymentId, at)).evidence.merge?.outcome;
  };
  try {
    server.state.failWith = 500;
    await expect(work(lost.deploymentId, forge)).rejects.toThrow("500");
    const waiting = await detail(admin(tenant), lost.deploymentId);
    expect(waiting).toMatchObject({ state: "checking", revision: 1, evidence: { isDue: true } });
    server.state.failWith = 0;
    expect((await work(lost.deploymentId, forge)).evidence.merge?.outcome).toBe("not-found");
    expect(await outcomeOf("c0ffee", forge)).toBe("unreadable");
    expect(await outcomeOf("bank/checkout#412", null)).toBe("no-forge");
    const sources = [{ service: null, repository: `${server.url}/bank/ledger`, ref: null }];
    await demand(tenant, { ...ONE_ADMIN, mergeApprovals: 1, supplyChain: { sources } }, 1);
    expect(await outcomeOf("bank/checkout#412", forge)).toBe("other-source");
  } finally {
    await server.stop();
  }
});
