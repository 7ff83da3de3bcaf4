import "server-only";
import type { RegionConfig } from "#server/features/regions/regions-config.ts";
import { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { env } from "#server/platform/env/env.ts";
import { tokenFile } from "../token-file.ts";

/** One node of a region, by its address. */
export interface RegionNodeClient {
  address: string;
  client: OpenBaoClient;
}

/** Clients of every configured region: one for each of its addresses. */
export interface RegionClients {
  /** Of a region, in the order of the configuration; none for a region that isn't configured. */
  of(region: string): readonly RegionNodeClient[];
  close(): Promise<void>;
}

/** Short: a region that does not answer must not hold up what is known of the others. */
const TIMEOUT_MILLIS = 3_000;

export function regionClients(
  regions: readonly RegionConfig[],
  defaultTokenFile = env().OPENBAO_TOKEN_FILE,
): RegionClients {
  const clients = new Map(
    regions.map((region) => [
      region.name,
      region.addresses.map((address) => ({
        address,
        client: new OpenBaoClient({
          address,
          token: tokenFile(region.tokenFile ?? defaultTokenFile),
          timeoutMillis: TIMEOUT_MILLIS,
          maxAttempts: 2,
        }),
      })),
    ]),
  );
  return {
    of: (region) => clients.get(region) ?? [],
    async close() {
      for (const nodes of clients.values()) for (const { client } of nodes) await client.close();
    },
  };
}
