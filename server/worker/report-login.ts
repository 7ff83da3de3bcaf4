import "server-only";
import { recordStoreLogin } from "#server/features/platform/verbs/record-store-login.ts";
import { OpenBaoError } from "#server/integrations/openbao/openbao-error.ts";
import { env } from "#server/platform/env/env.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import type { LoginReport } from "./store-login.ts";

/** Notes each login in the Sovereign's log and on the health page. What can't be noted stops no login. */
export function reportLogins(worker: string): LoginReport {
  const { SOVEREIGN, OPENBAO_AUTH: method, OPENBAO_ROLE: role = "" } = env();
  const scopes = ["runtime.stores.report"] as const;
  return (address, outcome) => {
    const isFailed = outcome instanceof OpenBaoError;
    const input = {
      address,
      worker,
      method,
      role,
      errorCode: isFailed ? `vault_${outcome.failure}` : null,
      ttlSeconds: isFailed ? 0 : outcome.ttlSeconds,
    };
    const caller = workerCaller({ tenantId: SOVEREIGN, name: "store-login", scopes });
    runVerb(recordStoreLogin, caller, input).catch((err: unknown) => {
      logger.warn({ err }, "a login to a store could not be noted");
    });
  };
}
