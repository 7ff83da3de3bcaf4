import "server-only";
import { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { env } from "#server/platform/env/env.ts";
import { type LoginReport, storeOptions } from "./store-login.ts";

/** The configured OpenBao, logged in to as the settings say. */
export async function configuredVault(report?: LoginReport): Promise<OpenBaoClient> {
  return new OpenBaoClient(await storeOptions(env().OPENBAO_ADDR, report));
}
