import { cp, mkdir, readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { cachedDirectory } from "../peer-cache.ts";
import { KEYCLOAK_RELEASE } from "./keycloak-release.ts";
import { type KeycloakInstallation, obtainKeycloak } from "./obtain-keycloak.ts";
import { startKeycloak } from "./start-keycloak.ts";

/** The build option of Keycloak that turns the grace of rotated client secrets on. */
export const SECRET_ROTATION = { KC_FEATURES: "client-secret-rotation" };

/** The pinned Keycloak laid out once more with that feature: its libraries are shared, its build is its own. */
export async function obtainWithSecretRotation(): Promise<KeycloakInstallation> {
  const plain = await obtainKeycloak();
  const { version, sha256 } = KEYCLOAK_RELEASE;
  const name = `keycloak-${version}-${sha256.slice(0, 8)}-secret-rotation`;
  const home = await cachedDirectory(name, async (directory) => {
    await mkdir(join(directory, "lib"));
    for (const each of await readdir(plain.home)) {
      if (each !== "lib") await symlink(join(plain.home, each), join(directory, each));
    }
    for (const each of await readdir(join(plain.home, "lib"))) {
      const [from, to] = [join(plain.home, "lib", each), join(directory, "lib", each)];
      await (each === "lib" ? symlink(from, to) : cp(from, to, { recursive: true }));
    }
    const installation = { ...plain, home: directory };
    await (
      await startKeycloak(installation, { realmFiles: [], variables: SECRET_ROTATION })
    ).stop();
  });
  return { ...plain, home };
}
