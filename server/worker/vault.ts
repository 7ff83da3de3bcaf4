import "server-only";
import { readFileSync } from "node:fs";
import { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { env } from "#server/platform/env/env.ts";
import { SecretValue } from "#server/platform/secret-value.ts";

/** The configured OpenBao. The token is read from its file once: a new one needs a new worker. */
export function configuredVault(): OpenBaoClient {
  const { OPENBAO_ADDR, OPENBAO_TOKEN_FILE } = env();
  const token = SecretValue.of(readFileSync(OPENBAO_TOKEN_FILE, "utf8").trim());
  return new OpenBaoClient({ address: OPENBAO_ADDR, token });
}
