import "server-only";
import { identityConfig } from "#server/features/identity/index.ts";
import { startPolicies } from "#server/features/policy/start-policies.ts";
import { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import type { Transit } from "#server/integrations/openbao/transit.ts";
import { transitKeyKeeper } from "#server/integrations/openbao/transit-key-keeper.ts";
import { registerKeeper } from "#server/platform/audit/key-keeper.ts";
import { env } from "#server/platform/env/env.ts";
import { installationSeed } from "#server/platform/env/installation-seed.ts";
import { beginDraining } from "#server/platform/health/readiness.ts";
import { watchClientCertificates } from "#server/platform/http/watch-client-certificates.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import { storeOptions } from "#server/worker/store-login.ts";

let client: Promise<OpenBaoClient> | undefined;

/** Logged in when a key is first asked for: what is not asked of the vault does not wait for it. */
async function webTransit(): Promise<Transit> {
  client ??= storeOptions(env().OPENBAO_ADDR).then((options) => new OpenBaoClient(options));
  return (await client).transit(env().KEY_TRANSIT_MOUNT);
}

/**
 * Checks what must be true before the first request, and hears the signal to drain. What is not true
 * ends the process: Next would keep one that only throws, and answer every request with an error.
 */
export function startWeb(): void {
  try {
    env();
    installationSeed();
    identityConfig();
    const { MTLS_PROXIES: proxies, MTLS_CERTIFICATE_HEADER: header } = env();
    watchClientCertificates({ proxies, header });
    startPolicies();
    if (env().KEY_KEEPER === "openbao-transit") registerKeeper(transitKeyKeeper(webTransit));
  } catch (error) {
    logger.fatal({ err: error }, "the console does not start");
    process.exit(1);
  }
  const { CONSOLE_MODE, SOVEREIGN } = env();
  process.once("SIGTERM", beginDraining);
  logger.info({ mode: CONSOLE_MODE, sovereign: SOVEREIGN }, "console started");
}
