import { readFileSync } from "node:fs";
import { DEMO_SOVEREIGNS } from "#server/features/identity/realms/demo-sovereigns.ts";
import { ensureSovereign, ensureTenant } from "#server/features/tenants/bootstrap.ts";
import { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { closePools } from "#server/platform/db/tenant-transaction.ts";
import { env } from "#server/platform/env/env.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import { seedAccess } from "./demo/seed-access.ts";
import { seedAdmission } from "./demo/seed-admission.ts";
import { seedAuthorities } from "./demo/seed-authorities.ts";
import { seedDelivery } from "./demo/seed-delivery.ts";
import { seedDeployments } from "./demo/seed-deployments.ts";
import { seedElevation } from "./demo/seed-elevation.ts";
import { seedDemoEngine } from "./demo/seed-engine.ts";
import { seedEvidence } from "./demo/seed-evidence.ts";
import { seedIsolation } from "./demo/seed-isolation.ts";
import { seedDemoKeycloak } from "./demo/seed-keycloak.ts";
import { seedOwnWays } from "./demo/seed-own-ways.ts";
import { seedReceived } from "./demo/seed-received.ts";
import { seedRemediation } from "./demo/seed-remediation.ts";
import { seedDemoRotation } from "./demo/seed-rotation.ts";
import { seedDemoStore } from "./demo/seed-store.ts";
import { seedTargets, seedUnbound } from "./demo/seed-targets.ts";
import { seedWorkerLogin } from "./demo/seed-worker-login.ts";

/** Fills a demo installation; repeatable at each start. POSTGRES_ADMIN_URL is the embedded Postgres's. */
const { CONSOLE_MODE, SOVEREIGN, OPENBAO_ADDR, OPENBAO_TOKEN_FILE, IDENTITY_CONFIG } = env();
const adminUrl = process.env.POSTGRES_ADMIN_URL;
const sovereign = DEMO_SOVEREIGNS.find(({ name }) => name === SOVEREIGN);
if (CONSOLE_MODE === "production") throw new Error("The demo's seed refuses to run in production.");
if (!sovereign) throw new Error(`There is no demo installation named ${SOVEREIGN}.`);

await ensureSovereign(sovereign.name, sovereign.displayName);
for (const { id, displayName } of sovereign.tenants) await ensureTenant(id, displayName);

if (adminUrl) {
  const token = SecretValue.of(readFileSync(OPENBAO_TOKEN_FILE ?? "", "utf8").trim());
  const vault = new OpenBaoClient({ address: OPENBAO_ADDR, token });
  const tenants = [sovereign.name, ...sovereign.tenants.map(({ id }) => id)];
  await seedTargets(sovereign.name, tenants, adminUrl);
  for (const tenant of tenants) {
    await seedUnbound(tenant, vault.kv);
    await seedDemoRotation({ tenant, kv: vault.kv, adminUrl });
    await seedDemoStore(tenant, { client: vault, address: OPENBAO_ADDR, token });
    const engine = { vault: { client: vault, address: OPENBAO_ADDR, token }, adminUrl, tenant };
    await seedDemoEngine(engine);
    await seedDemoKeycloak(tenant, vault.kv, IDENTITY_CONFIG);
    await seedAuthorities(tenant, { client: vault, address: OPENBAO_ADDR, token });
    await seedOwnWays(tenant, sovereign.name, process.env.DEMO_SVIDS_DIR !== undefined);
  }
  const jwtFile = process.env.DEMO_WORKER_JWT_FILE;
  if (jwtFile) {
    await seedWorkerLogin({ client: vault, address: OPENBAO_ADDR, token }, tenants, jwtFile);
  }
  const organizations = sovereign.tenants.map(({ id }) => id);
  await seedIsolation(sovereign.name, organizations, { address: OPENBAO_ADDR, token });
  await vault.close();
} else {
  logger.warn("POSTGRES_ADMIN_URL is not set: no demo credentials were made");
}
for (const tenant of [sovereign.name, ...sovereign.tenants.map(({ id }) => id)]) {
  await seedAccess({ sovereign: sovereign.name, tenant, identityFile: IDENTITY_CONFIG });
}
await Promise.all(
  sovereign.tenants.map(({ id: tenant }) =>
    seedDeployments({ sovereign: sovereign.name, tenant, identityFile: IDENTITY_CONFIG }),
  ),
);
for (const { id: tenant } of sovereign.tenants) {
  await seedElevation({ sovereign: sovereign.name, tenant, identityFile: IDENTITY_CONFIG });
}
const siem = process.env.DEMO_SIEM_URL;
if (siem) {
  for (const tenant of [sovereign.name, ...sovereign.tenants.map(({ id }) => id)]) {
    const identityFile = IDENTITY_CONFIG;
    await seedDelivery({ sovereign: sovereign.name, tenant, identityFile, siem });
  }
}
await seedRemediation(sovereign.name);
await seedAdmission(
  sovereign.name,
  [sovereign.name, ...sovereign.tenants.map(({ id }) => id)],
  env().KUBERNETES_SNAPSHOT_DIR,
);
for (const { id: tenant } of sovereign.tenants) await seedReceived(tenant);
for (const { id: tenant } of sovereign.tenants) {
  await seedEvidence({ sovereign: sovereign.name, tenant, identityFile: IDENTITY_CONFIG });
}
logger.info({ sovereign: sovereign.name }, "the demo is seeded");
await closePools();
