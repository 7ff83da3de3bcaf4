import {
  ManagedIdentityCredential,
  type TokenCredential,
  WorkloadIdentityCredential,
} from "@azure/identity";

export interface KeyVaultOptions {
  /** e.g. `https://bank.vault.azure.net`. */
  vaultUrl: string;
  credential: TokenCredential;
  /** PEM of an authority besides the system's. */
  ca?: string;
  /** Attempts of a call that is safe to repeat. */
  maxAttempts?: number;
}

/** Who we are to Azure. Neither holds a static credential. */
export type AzureIdentity =
  | { kind: "workload"; tenantId?: string; clientId?: string; tokenFile?: string }
  | { kind: "managed"; clientId?: string };

export function azureCredential(identity: AzureIdentity): TokenCredential {
  if (identity.kind === "managed") {
    return identity.clientId
      ? new ManagedIdentityCredential({ clientId: identity.clientId })
      : new ManagedIdentityCredential();
  }
  const { tenantId, clientId, tokenFile } = identity;
  return new WorkloadIdentityCredential({
    ...(tenantId ? { tenantId } : {}),
    ...(clientId ? { clientId } : {}),
    ...(tokenFile ? { tokenFilePath: tokenFile } : {}),
  });
}

/** What both SDK clients are made with. A call that may not be repeated is sent once. */
export function sdkOptions(options: KeyVaultOptions, isRepeatable: boolean) {
  const { hostname } = new URL(options.vaultUrl);
  const isLoopback = hostname === "localhost" || hostname.startsWith("127.");
  return {
    retryOptions: { maxRetries: isRepeatable ? (options.maxAttempts ?? 4) - 1 : 0 },
    ...(options.ca ? { tlsOptions: { ca: options.ca } } : {}),
    // A vault on this machine is no subdomain of the resource its challenge names.
    disableChallengeResourceVerification: isLoopback,
  };
}
