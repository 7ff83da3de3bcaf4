import type { KeyKeeper } from "#server/platform/audit/key-keeper.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import type { Transit } from "./transit.ts";

const TYPE = "aes256-gcm96";

/**
 * Root keys in OpenBao's transit engine, a key of its own for each version (`audit-<tenant>-v<n>`): one that was
 * generated can't take an imported version, and what is to be destroyed is a whole key. It never leaves OpenBao.
 */
export function transitKeyKeeper(transit: () => Promise<Transit>): KeyKeeper {
  const nameOf = (tenant: string, version: number) => `audit-${tenant}-v${version}`;

  async function versions(tenant: string): Promise<number[]> {
    const prefix = `audit-${tenant}-v`;
    const names = await (await transit()).list();
    return names
      .filter((name) => name.startsWith(prefix) && /^[1-9]\d*$/.test(name.slice(prefix.length)))
      .map((name) => Number(name.slice(prefix.length)));
  }

  async function make(tenant: string, version: number): Promise<number> {
    await (await transit()).create(nameOf(tenant, version), TYPE);
    return version;
  }

  async function destroyAll(tenant: string, which: readonly number[]): Promise<void> {
    const engine = await transit();
    for (const version of which) await engine.destroy(nameOf(tenant, version));
  }

  return {
    kind: "openbao-transit",
    async current(tenant) {
      return Math.max(0, ...(await versions(tenant))) || make(tenant, 1);
    },
    rotate: (tenant, before) => make(tenant, before + 1),
    async importVersion(tenant, before, wrapped) {
      await (await transit()).importKey(nameOf(tenant, before + 1), TYPE, wrapped);
      return before + 1;
    },
    async wrap(tenant, version, key) {
      const value = SecretValue.of(key.toString("base64"));
      return `transit:v${version}:${await (await transit()).encrypt(nameOf(tenant, version), value)}`;
    },
    async unwrap(tenant, wrapped) {
      const [, version, ciphertext] = /^transit:v(\d+):(vault:.+)$/.exec(wrapped) ?? [];
      if (!version || !ciphertext) throw new Error("a wrapped key begins with transit:v");
      const value = await (await transit()).decrypt(nameOf(tenant, Number(version)), ciphertext);
      return Buffer.from(value.reveal(), "base64");
    },
    async destroyBelow(tenant, version) {
      await destroyAll(
        tenant,
        (await versions(tenant)).filter((each) => each < version),
      );
    },
    async destroy(tenant) {
      await destroyAll(tenant, await versions(tenant));
    },
    importKey: async () => (await transit()).wrappingKey(),
  };
}
