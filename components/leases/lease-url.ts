import type { z } from "zod";
import type { ListLeasesInput } from "#server/features/leases/schema.ts";

export const SHOWS = ["open", "ended", "all"] as const;

/** The parameters of the URL that narrow the list. */
export const LEASE_PARAMS = ["workload", "show"] as const;

/** Takes every filter away. */
export const NO_LEASE_FILTERS = Object.fromEntries(LEASE_PARAMS.map((name) => [name, null]));

/** What the URL asks the server for; what names nothing we know narrows nothing. */
export function leasesQueryOf(
  params: Readonly<Record<string, string | undefined>>,
): z.input<typeof ListLeasesInput> {
  const show = SHOWS.find((name) => name === params.show);
  return {
    ...(params.workload ? { workload: params.workload.slice(0, 120) } : {}),
    ...(show ? { show } : {}),
  };
}
