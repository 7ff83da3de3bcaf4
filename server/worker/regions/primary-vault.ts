import "server-only";
import type { RegionConfig } from "#server/features/regions/regions-config.ts";
import type { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { findDueKeys } from "#server/platform/db/tenant-transaction.ts";
import { observeRegion } from "./observe-region.ts";
import type { RegionClients } from "./region-clients.ts";

/** Where rotations write, as this worker believes; the database refuses a claim when it is out of date. */
export interface PrimaryVault {
  /** Empty until it is known: where there are regions, nothing is claimed before. */
  readonly region: string;
  readonly vault: OpenBaoClient;
  /** Learns which region is the primary now. */
  refresh(): Promise<void>;
}

interface PrimaryOptions {
  regions: readonly RegionConfig[];
  clients: RegionClients;
  /** The OpenBao of `OPENBAO_ADDR`, with the login that is configured for it. */
  own: { address: string; vault: OpenBaoClient };
}

/** The vault of the primary region: the configured one where that is its address, else the region's own. */
export function primaryVault({ regions, clients, own }: PrimaryOptions): PrimaryVault {
  const isOwn = (name: string) =>
    regions.some(
      (region) =>
        region.name === name &&
        region.addresses.some((address) => new URL(address).origin === new URL(own.address).origin),
    );
  let current = { region: "", vault: own.vault };
  return {
    get region() {
      return current.region;
    },
    get vault() {
      return current.vault;
    },
    async refresh() {
      const rows = await findDueKeys<{ region: string; role: string }>("app.regions_in_force()");
      const region = rows.find(({ role }) => role === "primary")?.region ?? "";
      if (region === current.region) return;
      if (region === "" || isOwn(region)) {
        current = { region, vault: own.vault };
        return;
      }
      const { client } = await observeRegion(clients.of(region));
      // Without a node that serves the old belief stays, and the database refuses what comes of it.
      if (client) current = { region, vault: client };
    },
  };
}
