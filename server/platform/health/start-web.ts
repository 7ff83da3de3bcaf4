import "server-only";
import { loadPolicies } from "../authz/policy-engine.ts";
import { env } from "../env/env.ts";
import { logger } from "../telemetry/logger.ts";
import { beginDraining } from "./readiness.ts";

/** Checks what must be true before the first request, and hears the signal to drain. */
export function startWeb(): void {
  const { CONSOLE_MODE, SOVEREIGN } = env();
  loadPolicies();
  process.once("SIGTERM", beginDraining);
  logger.info({ mode: CONSOLE_MODE, sovereign: SOVEREIGN }, "console started");
}
