import "server-only";
import { identityConfig } from "#server/features/identity/index.ts";
import { loadPolicies } from "#server/platform/authz/policy-engine.ts";
import { env } from "#server/platform/env/env.ts";
import { beginDraining } from "#server/platform/health/readiness.ts";
import { logger } from "#server/platform/telemetry/logger.ts";

/** Checks what must be true before the first request, and hears the signal to drain. */
export function startWeb(): void {
  const { CONSOLE_MODE, SOVEREIGN } = env();
  identityConfig();
  loadPolicies();
  process.once("SIGTERM", beginDraining);
  logger.info({ mode: CONSOLE_MODE, sovereign: SOVEREIGN }, "console started");
}
