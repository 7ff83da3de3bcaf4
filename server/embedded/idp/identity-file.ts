import { renameSync, writeFileSync } from "node:fs";
import { type IdentityConfig, IdentityConfigSchema } from "../../features/identity/config.ts";
import {
  type DemoSovereign,
  SOVEREIGN_REALM,
} from "../../features/identity/realms/demo-sovereigns.ts";
import { CONSOLE_CLIENT, DIRECTORY_CLIENT } from "../../features/identity/realms/realm-file.ts";
import type { Realm } from "./realm.ts";

/** Writes the console's `identity.json` for the realms this provider serves. */
export function writeIdentityFile(
  path: string,
  sovereign: DemoSovereign,
  realms: readonly {
    realm: Realm;
    issuer: string;
    clientSecretFile: string;
    directorySecretFile: string;
  }[],
): void {
  const config: IdentityConfig = IdentityConfigSchema.parse({
    topology: sovereign.topology,
    realms: realms.map(({ realm, issuer, clientSecretFile, directorySecretFile }) => ({
      realm: realm.realm,
      issuer,
      clientId: CONSOLE_CLIENT,
      clientSecretFile,
      displayName: realm.displayName,
      binding:
        realm.realm === SOVEREIGN_REALM
          ? { kind: "claim", claim: "tenants" }
          : { kind: "tenant", tenant: realm.realm },
      // In the Sovereign's own realm people take roles away by hand, so that the demo shows both ways.
      directory: {
        clientId: DIRECTORY_CLIENT,
        clientSecretFile: directorySecretFile,
        removesRoles: realm.realm !== SOVEREIGN_REALM,
        administrator: `Identity desk of ${sovereign.displayName}`,
      },
    })),
  });
  writeFileSync(`${path}.new`, `${JSON.stringify(config, null, 2)}\n`);
  renameSync(`${path}.new`, path);
}
