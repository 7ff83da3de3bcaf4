import { DefaultAzureCredential } from "@azure/identity";
import type { KeyVaultOptions } from "#server/integrations/azure-key-vault/key-vault-options.ts";
import { startWireServer, type WireServer } from "./wire-server.ts";

export interface KeyVaultPeer {
  options: KeyVaultOptions;
  /** Null when the peer is a real Key Vault. */
  wire: WireServer | null;
  stop(): Promise<void>;
}

/** The Key Vault of `AZURE_KEYVAULT_URL`, else a server on this machine that speaks its protocol. */
export async function keyVaultPeer(): Promise<KeyVaultPeer> {
  const vaultUrl = process.env.AZURE_KEYVAULT_URL;
  if (vaultUrl) {
    const options = { vaultUrl, credential: new DefaultAzureCredential() };
    return { options, wire: null, stop: async () => undefined };
  }
  const wire = await startWireServer();
  const options = {
    vaultUrl: wire.url,
    ca: wire.ca,
    maxAttempts: 2,
    credential: staticCredential(wire.token),
  };
  return { options, wire, stop: wire.stop };
}

export function staticCredential(token: string) {
  return { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) };
}
