import "server-only";
import { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { env } from "#server/platform/env/env.ts";
import { tokenFile } from "./token-file.ts";

/** The configured OpenBao, with the token that its file holds at the moment. */
export function configuredVault(): OpenBaoClient {
  const { OPENBAO_ADDR, OPENBAO_TOKEN_FILE } = env();
  return new OpenBaoClient({ address: OPENBAO_ADDR, token: tokenFile(OPENBAO_TOKEN_FILE) });
}
