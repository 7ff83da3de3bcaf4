import "server-only";
import { createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import { env } from "../env/env.ts";

const keys = new Map<string, KeyObject>();

/**
 * A key for one tenant and purpose, made from the installation's master key: it lives as long as the
 * installation. Kept while the process runs: making it costs more than using it.
 */
export function derivedKey(tenant: string, purpose: string): KeyObject {
  const master = env().PAYLOAD_KEY;
  const name = `${master}|${purpose}|${tenant}`;
  let key = keys.get(name);
  if (!key) {
    const info = `sovereign-console/${purpose}`;
    key = createSecretKey(
      Buffer.from(hkdfSync("sha256", Buffer.from(master, "hex"), tenant, info, 32)),
    );
    keys.set(name, key);
  }
  return key;
}
