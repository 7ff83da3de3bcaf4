import { constants } from "node:fs";
import { cp } from "node:fs/promises";
import { cachedDirectory } from "../peer-cache.ts";
import { KEYCLOAK_RELEASE } from "./keycloak-release.ts";
import { type KeycloakInstallation, obtainKeycloak } from "./obtain-keycloak.ts";
import { startKeycloak } from "./start-keycloak.ts";

/** The build option of Keycloak that turns the grace of rotated client secrets on. */
export const SECRET_ROTATION = { KC_FEATURES: "client-secret-rotation" };

/**
 * The pinned Keycloak laid out once more with that feature: a copy of the whole (a clone where the
 * file system can). Keycloak's build resolves links: a layout of links writes into the first one.
 */
export async function obtainWithSecretRotation(): Promise<KeycloakInstallation> {
  const plain = await obtainKeycloak();
  const { version, sha256 } = KEYCLOAK_RELEASE;
  const name = `keycloak-${version}-${sha256.slice(0, 8)}-secret-rotation-copy`;
  const home = await cachedDirectory(name, async (directory) => {
    await cp(plain.home, directory, { recursive: true, mode: constants.COPYFILE_FICLONE });
    const installation = { ...plain, home: directory };
    await (
      await startKeycloak(installation, { realmFiles: [], variables: SECRET_ROTATION })
    ).stop();
  });
  return { ...plain, home };
}
