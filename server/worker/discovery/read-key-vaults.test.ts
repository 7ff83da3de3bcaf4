import { expect, test } from "vitest";
import { KeyVaultError } from "#server/integrations/azure-key-vault/key-vault-error.ts";
import type { KeyVaultStore } from "../stores/worker-stores.ts";
import { readKeyVaults } from "./read-key-vaults.ts";

type Listed = { name: string; isManaged: boolean }[];

function stores(secrets: () => Promise<Listed>, keys: () => Promise<Listed>) {
  const store = { name: "Acme-Vault", secrets: { listed: secrets }, keys: { listed: keys } };
  return { keyVaults: [store as unknown as KeyVaultStore] };
}
const own = (name: string) => ({ name, isManaged: false });
const managed = (name: string) => ({ name, isManaged: true });
const target = { kind: "azure-key-vault", vault: "acme-vault", prefix: "acme-" } as const;

test("secrets, keys and certificates by their listings; other tenants' names are left out", async () => {
  const found = await readKeyVaults(
    stores(
      async () => [own("acme-token"), own("other-token"), managed("acme-tls")],
      async () => [own("acme-sign"), managed("acme-tls")],
    ),
    [target],
  );
  expect(found.found.map((each) => [each.path, each.class])).toEqual([
    ["acme-vault/secrets/acme-token", "manual"],
    ["acme-vault/keys/acme-sign", "signing-key"],
    ["acme-vault/certificates/acme-tls", "tls-certificate"],
  ]);
  expect(found.whole.map(({ prefix }) => prefix)).toContain("acme-vault/keys/acme-");
  expect(found.sources).toMatchObject([{ failure: null, found: 3 }]);
});

test("one listing that is forbidden makes nothing of the vault whole", async () => {
  const forbidden = async () => {
    throw new KeyVaultError("permission_denied", "key list", 403);
  };
  const read = await readKeyVaults(
    stores(async () => [own("acme-token")], forbidden),
    [target],
  );
  expect(read).toMatchObject({
    whole: [],
    found: [],
    sources: [{ failure: { code: "permission_denied" } }],
  });
});

test("a vault that is registered and not configured is told, not skipped", async () => {
  const read = await readKeyVaults({ keyVaults: [] }, [target]);
  expect(read.sources).toMatchObject([
    { place: "acme-vault/acme-", failure: { code: "unreachable" } },
  ]);
});

test("our own mistakes are not taken for a store's", async () => {
  const broken = async () => {
    throw new TypeError("a bug");
  };
  await expect(
    readKeyVaults(
      stores(broken, async () => []),
      [target],
    ),
  ).rejects.toThrow("a bug");
});
