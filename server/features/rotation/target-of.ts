import type { BindingRow } from "./rotation-rows.ts";

/**
 * What a rotation acts on, as far as it is shared: a database host, a mount, a realm, a vault. Names
 * a place, never a credential; null when it shares nothing.
 */
export function targetOf({ rotator, store }: Pick<BindingRow, "rotator" | "store">): string | null {
  const place = placeOf(rotator as Record<string, unknown>);
  return place ? `${rotator.kind.split("-")[0]}:${place}`.slice(0, 400) : `store:${store}`;
}

/** Every rotator names its place by one of these; a host stands for all that runs there. */
function placeOf(rotator: Record<string, unknown>): string | null {
  const target = rotator.target ?? rotator.provider;
  if (typeof target === "object" && target !== null)
    return placeOf(target as Record<string, unknown>);
  const { host, port, mount, realm, vault, vaultUrl, account } = rotator;
  if (typeof host === "string") return typeof port === "number" ? `${host}:${port}` : host;
  const named = [mount, realm, vault, vaultUrl, account].find((each) => typeof each === "string");
  return typeof named === "string" ? named : null;
}
