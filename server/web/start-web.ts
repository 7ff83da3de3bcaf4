import "server-only";
import { identityConfig } from "#server/features/identity/index.ts";
import { startPolicies } from "#server/features/policy/start-policies.ts";
import { env } from "#server/platform/env/env.ts";
import { installationSeed } from "#server/platform/env/installation-seed.ts";
import { beginDraining } from "#server/platform/health/readiness.ts";
import { watchClientCertificates } from "#server/platform/http/watch-client-certificates.ts";
import { logger } from "#server/platform/telemetry/logger.ts";

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
  } catch (error) {
    logger.fatal({ err: error }, "the console does not start");
    process.exit(1);
  }
  const { CONSOLE_MODE, SOVEREIGN } = env();
  process.once("SIGTERM", beginDraining);
  logger.info({ mode: CONSOLE_MODE, sovereign: SOVEREIGN }, "console started");
}
