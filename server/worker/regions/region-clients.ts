import "server-only";
import type { RegionConfig } from "#server/features/regions/regions-config.ts";
import { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { type LoginReport, storeOptions } from "../store-login.ts";
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

export async function regionClients(
  regions: readonly RegionConfig[],
  defaultTokenFile?: string,
  report?: LoginReport,
): Promise<RegionClients> {
  const clientOf = async (region: RegionConfig, address: string) => {
    const file = region.tokenFile ?? defaultTokenFile;
    const options = file
      ? { address, token: tokenFile(file) }
      : await storeOptions(address, report);
    return new OpenBaoClient({ ...options, timeoutMillis: TIMEOUT_MILLIS, maxAttempts: 2 });
  };
  const clients = new Map<string, RegionNodeClient[]>();
  for (const region of regions) {
    const nodes = region.addresses.map(async (address) => ({
      address,
      client: await clientOf(region, address),
    }));
    clients.set(region.name, await Promise.all(nodes));
  }
  return {
    of: (region) => clients.get(region) ?? [],
    async close() {
      for (const nodes of clients.values()) for (const { client } of nodes) await client.close();
    },
  };
}
