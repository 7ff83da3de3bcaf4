import { type LookupAddress, lookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { ADDRESS_REFUSED } from "./transport-fault.ts";

/**
 * A lookup for `connect` that judges every address a name stands for at the moment of connecting (DNS
 * rebinding). One refused address refuses the name: which one is tried first is not for us to hope.
 */
export function guardedLookup(isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      const refusal = error ?? refusalOf(addresses, isAllowed);
      const [first] = addresses ?? [];
      if (refusal || !first) callback(refusal ?? new Error("no address"), "", 0);
      else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

function refusalOf(
  addresses: readonly LookupAddress[],
  isAllowed: (address: string) => boolean,
): Error | null {
  if (addresses.every(({ address }) => isAllowed(address))) return null;
  return Object.assign(new Error("address refused"), { code: ADDRESS_REFUSED });
}
