import { existsSync } from "node:fs";
import type { z } from "zod";
import { environments } from "#server/features/deployments/environment-queries.ts";
import { saveEnvironmentPolicy } from "#server/features/deployments/index.ts";
import type { ElevationPolicySpec } from "#server/features/elevation/elevation-policy-spec.ts";
import { saveElevationPolicy } from "#server/features/elevation/index.ts";
import { policyRows } from "#server/features/elevation/policy-rows.ts";
import { SOVEREIGN_REALM } from "#server/features/identity/realms/demo-sovereigns.ts";
import { ELEVATED_ROLE } from "#server/features/identity/realms/realm-file.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { demoPeople } from "./demo-people.ts";

interface ElevationSeed {
  sovereign: string;
  tenant: string;
  identityFile: string;
}

/** Whose environments demand elevation in the demo; elsewhere it may be asked for, and is not needed. */
const DEMANDING = ["lulu-hypermarket", "analytics"];

const STAGING: z.input<typeof ElevationPolicySpec> = {
  maxDurationSeconds: 8 * 3_600,
  maxAheadSeconds: 24 * 3_600,
  maxLivePerPerson: 4,
  offers: [
    {
      roles: ["sovereign-admin", "security-officer"],
      scopes: [
        "runtime.approvals.decide",
        "runtime.deployments.execute",
        "runtime.environments.manage",
        "runtime.secrets.override",
      ],
    },
    { roles: ["developer", "org-admin"], scopes: ["runtime.secrets.rotate"] },
  ],
  groups: [{ role: "security-officer", count: 1 }],
  expirySeconds: 24 * 3_600,
  stepUp: { level: "none" },
};
const PROD: z.input<typeof ElevationPolicySpec> = {
  ...STAGING,
  maxDurationSeconds: 4 * 3_600,
  maxLivePerPerson: 2,
  stepUp: { level: "any-factor" },
  projections: [{ kind: "keycloak-role", role: ELEVATED_ROLE }],
};

/** What may be asked for, and where production rights are by grant only. Doing it again changes nothing. */
export async function seedElevation(seed: ElevationSeed): Promise<void> {
  // Without the development identity provider nobody knows who the demo's people are.
  if (!existsSync(seed.identityFile)) return;
  const { sovereign, tenant, identityFile } = seed;
  const { person } = demoPeople(sovereign, tenant, identityFile);
  const officer = person(SOVEREIGN_REALM, "security-officer", "security-officer");
  const admin = person(SOVEREIGN_REALM, "sovereign-admin", "sovereign-admin");
  const [offered, demanded] = await withTenant(
    officer.tenant,
    "tenant",
    async (tx) =>
      [await policyRows(tx, officer.tenant), await environments(tx, officer.tenant)] as const,
    { readOnly: true },
  );
  const reason = "As agreed when the environment was handed over";
  for (const [environment, policy] of [
    ["prod", PROD],
    ["staging", STAGING],
  ] as const) {
    if (offered.some((each) => each.environment === environment)) continue;
    await runVerb(saveElevationPolicy, officer, { environment, policy, basedOn: 0, reason });
    const current = demanded.find((each) => each.environment === environment);
    if (!DEMANDING.includes(tenant) || !current?.policy) continue;
    await runVerb(saveEnvironmentPolicy, admin, {
      environment,
      policy: { ...current.policy, requiresElevation: true },
      basedOn: current.version,
      reason: "Nobody holds production rights standing",
    });
  }
}
