import type { TargetAddress } from "#server/features/rotation-targets/schema.ts";

/** An address on one line, as machines write it. */
export function addressText(address: TargetAddress): string {
  switch (address.kind) {
    case "postgres":
      return `${address.host}:${address.port}/${address.databases.join(",")} (${address.tls})`;
    case "openbao":
      return `${address.mount} (${address.engine}) ${address.prefix}*`;
    case "azure-key-vault":
      return `${address.vault} ${address.prefix}*`;
    case "azure-storage":
      return `${address.subscription}/${address.resourceGroup}/${address.accounts.join(",")}`;
    case "keycloak":
      return `${address.url} ${address.realm}`;
    case "kubernetes":
      return address.namespaces.join(", ");
    case "file":
      return `${address.folder}/`;
  }
}
