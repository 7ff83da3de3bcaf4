import { renameSync, writeFileSync } from "node:fs";
import { type IdentityConfig, IdentityConfigSchema } from "../../features/identity/config.ts";
import {
  type DemoSovereign,
  SOVEREIGN_REALM,
} from "../../features/identity/realms/demo-sovereigns.ts";
import { CONSOLE_CLIENT } from "../../features/identity/realms/realm-file.ts";
import type { Realm } from "./realm.ts";

/** Writes the console's `identity.json` for the realms this provider serves. */
export function writeIdentityFile(
  path: string,
  sovereign: DemoSovereign,
  realms: readonly { realm: Realm; issuer: string; clientSecretFile: string }[],
): void {
  const config: IdentityConfig = IdentityConfigSchema.parse({
    topology: sovereign.topology,
    realms: realms.map(({ realm, issuer, clientSecretFile }) => ({
      realm: realm.realm,
      issuer,
      clientId: CONSOLE_CLIENT,
      clientSecretFile,
      displayName: realm.displayName,
      binding:
        realm.realm === SOVEREIGN_REALM
          ? { kind: "claim", claim: "tenants" }
          : { kind: "tenant", tenant: realm.realm },
    })),
  });
  writeFileSync(`${path}.new`, `${JSON.stringify(config, null, 2)}\n`);
  renameSync(`${path}.new`, path);
}
