import "server-only";
import { GovernanceEngine } from "#server/integrations/authzen/governance-engine.ts";
import { installGovernance } from "#server/platform/authz/governance.ts";
import { policyTexts } from "#server/platform/authz/policy-engine.ts";
import { env } from "#server/platform/env/env.ts";

/**
 * Loads the policies that this process decides by, and the engine that takes Cedar's place where one is configured.
 * Throws when the policies are not strictly valid, naming each file, line and problem, or when a file of the engine's
 * settings can't be read: web and worker call it before anything else, and do not start then.
 */
export function startPolicies(): void {
  policyTexts();
  const settings = env();
  const { AUTHZEN_URL: url } = settings;
  installGovernance(
    url
      ? new GovernanceEngine({
          name: settings.AUTHZEN_NAME ?? new URL(url).host,
          url,
          auth: settings.AUTHZEN_AUTH,
          tokenFile: settings.AUTHZEN_TOKEN_FILE,
          caFile: settings.AUTHZEN_CA_FILE,
          certificateFile: settings.AUTHZEN_CLIENT_CERT_FILE,
          privateKeyFile: settings.AUTHZEN_CLIENT_KEY_FILE,
          timeoutMillis: settings.AUTHZEN_TIMEOUT_MILLIS,
        })
      : null,
  );
}
