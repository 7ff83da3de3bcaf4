import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnVault } from "#server/embedded/vault/spawn-vault.ts";

export interface OpenBaoPeer {
  address: string;
  token: string;
  isReal: boolean;
  stop(): Promise<void>;
}

/** The OpenBao of `OPENBAO_ADDR` and `OPENBAO_TOKEN`, else a development vault of our own. */
export async function openBaoPeer(): Promise<OpenBaoPeer> {
  const { OPENBAO_ADDR: address, OPENBAO_TOKEN: token } = process.env;
  if (address && token) return { address, token, isReal: true, stop: async () => undefined };
  const directory = mkdtempSync(join(tmpdir(), "dev-vault-"));
  const vault = await spawnVault(directory);
  return {
    address: vault.address,
    token: readFileSync(vault.tokenFile, "utf8"),
    isReal: false,
    async stop() {
      await vault.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
