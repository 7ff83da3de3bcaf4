import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import type { z } from "zod";
import type { Environment } from "#server/engines/deployments/environment-policy.ts";
import { environments } from "#server/features/deployments/environment-queries.ts";
import type { EnvironmentPolicySpec } from "#server/features/deployments/environment-schema.ts";
import {
  claimDeployment,
  commentOnDeployment,
  reportOutcome,
  requestDeployment,
  reviewDeployment,
  runningServices,
  saveEnvironmentPolicy,
  tendDeployment,
} from "#server/features/deployments/index.ts";
import { deployments } from "#server/features/deployments/queries.ts";
import {
  SECOND_SOVEREIGN_ADMIN,
  SOVEREIGN_REALM,
} from "#server/features/identity/realms/demo-sovereigns.ts";
import type { Caller } from "#server/platform/actor.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { systemCaller } from "#server/platform/system-caller.ts";
import { runVerb } from "#server/platform/verb.ts";
import { demoPeople } from "./demo-people.ts";

interface DeploymentSeed {
  sovereign: string;
  tenant: string;
  identityFile: string;
}

/** What runs, as the manifests in deploy/demo-cluster have it. */
const SERVICES: Record<Exclude<Environment, "dev">, readonly string[]> = {
  prod: ["storefront", "orders", "payments", "inventory", "delivery", "notifications"],
  staging: ["orders"],
  test: ["reporting"],
};
const VERSION = "1.8.2";
const sha = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;

/** Environments with policies, what runs, and requests in several states. Doing it again adds what is missing. */
export async function seedDeployments(seed: DeploymentSeed): Promise<void> {
  const { sovereign, tenant } = seed;
  // Without the development identity provider nobody knows who the demo's people are.
  if (!existsSync(seed.identityFile)) return;
  const { person, pipeline } = demoPeople(sovereign, tenant, seed.identityFile);
  const admin = person(SOVEREIGN_REALM, "sovereign-admin", "sovereign-admin");
  const second = person(SOVEREIGN_REALM, SECOND_SOVEREIGN_ADMIN, "sovereign-admin");
  const officer = person(SOVEREIGN_REALM, "security-officer", "security-officer");
  const developer = person(tenant, "developer", "developer");
  const reader = systemCaller(tenant, "demo-seed");
  const registry = `registry.${sovereign}.example/${tenant}`;
  // The manifests name tags only: a digest is made of the reference, the same each time.
  const image = (service: string, version: string) => {
    const reference = `${registry}/${service}:${version}`;
    return `${reference}@${sha(reference)}`;
  };
  const read = <T>(work: Parameters<typeof withTenant<T>>[2]) =>
    withTenant(reader.tenant, "tenant", work, { readOnly: true });

  const known = await read((tx) => environments(tx, reader.tenant));
  const versionOf = (name: Environment) =>
    known.find(({ environment }) => environment === name)?.version ?? 0;
  const demand = async (
    environment: Environment,
    version: number,
    policy: z.input<typeof EnvironmentPolicySpec>,
  ) => {
    if (versionOf(environment) >= version) return;
    const basedOn = version - 1;
    const reason = "As agreed when the environment was handed over";
    await runVerb(saveEnvironmentPolicy, admin, { environment, policy, basedOn, reason });
  };
  const ask = async (
    environment: Environment,
    service: string,
    version: string,
    reason: string,
    by: Caller = developer,
  ) => {
    const asked = await runVerb(requestDeployment, by, {
      environment,
      service,
      images: [image(service, version)],
      configDigest: sha(`${registry}/${service} configuration ${version}`),
      changeRef: `${service}#${version}`,
      reason,
    });
    await runVerb(tendDeployment, reader, { deploymentId: asked.deploymentId });
    return asked;
  };
  type Asked = Awaited<ReturnType<typeof ask>>;
  const review = (
    by: Caller,
    { deploymentId, subjectDigest }: Asked,
    decision: "approve" | "reject" = "approve",
    comment = "",
  ) => runVerb(reviewDeployment, by, { deploymentId, subjectDigest, decision, comment });

  const one = [{ role: "sovereign-admin" as const, count: 1 }];
  const trustedRegistries = [registry];
  await demand("test", 1, { groups: one, trustedRegistries });
  await demand("staging", 1, { groups: one, trustedRegistries });
  await demand("prod", 1, {
    groups: [
      { role: "sovereign-admin", count: 2 },
      { role: "security-officer", count: 1 },
    ],
    trustedRegistries,
  });

  const running = await read((tx) => runningServices(tx, reader.tenant));
  for (const [environment, services] of Object.entries(SERVICES)) {
    for (const service of services) {
      const name = environment as Environment;
      if (running.some((each) => each.environment === name && each.service === service)) continue;
      const asked = await ask(name, service, VERSION, "Taken over as it ran before the console");
      const approvers = name === "prod" ? [admin, second, officer] : [admin];
      for (const approver of approvers) await review(approver, asked);
      const { deploymentId, subjectDigest } = asked;
      await runVerb(claimDeployment, pipeline, {
        deploymentId,
        subjectDigest,
        approvers: approvers.map(freshOf),
      });
      await runVerb(reportOutcome, pipeline, {
        deploymentId,
        outcome: "succeeded",
        note: "Rolled out",
      });
    }
  }
  await demand("staging", 2, {
    groups: one,
    trustedRegistries,
    provenance: "signed",
    supplyChain: {
      signers: [
        {
          issuer: "https://forge.example",
          subject: "https://forge.example/bank/release.yml@refs/heads/main",
        },
      ],
    },
  });

  const { items } = await read((tx) =>
    deployments(tx, reader.tenant, { view: "waiting", limit: 1 }, reader),
  );
  if (items.length > 0) return;
  await ask("prod", "orders", "1.9.0", "Orders can be split over several deliveries");
  const half = await ask(
    "prod",
    "payments",
    "1.8.3",
    "Rounds instalments as the bank does",
    pipeline,
  );
  await review(second, half, "approve", "Seen in staging");
  await runVerb(commentOnDeployment, developer, {
    deploymentId: half.deploymentId,
    body: "@security-officer the only new dependency is the rounding library.",
  });
  await ask("staging", "orders", "1.9.0", "To be tried before production");
  const late = await ask("prod", "delivery", "1.8.3", "Another courier");
  await review(officer, late, "reject", "The courier's contract is not signed yet.");
}

function freshOf({ actor }: Caller) {
  if (actor.kind !== "user") throw new Error("only people approve");
  return { issuer: actor.issuer, subject: actor.subject, roles: [...actor.roles] };
}
