import "server-only";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { CONSOLE_CLIENT, DIRECTORY_CLIENT } from "#server/features/identity/realms/realm-file.ts";
import { env } from "#server/platform/env/env.ts";
import type { SecretValue } from "#server/platform/secret-value.ts";

/**
 * Writes a new realm into IDENTITY_REALMS_DIR, secrets beside it, where the console reads it. False where
 * the folder is somebody else's to write (a mounted secret, say).
 */
export function publishRealm(realm: {
  slug: string;
  displayName: string;
  issuer: string;
  clientSecret: SecretValue;
  directorySecret: SecretValue;
}): boolean {
  const folder = writableFolder();
  if (!folder) return false;
  const { slug, displayName, issuer } = realm;
  const clientSecretFile = join(folder, `${slug}.client-secret`);
  const directorySecretFile = join(folder, `${slug}.directory-secret`);
  put(clientSecretFile, realm.clientSecret.reveal());
  put(directorySecretFile, realm.directorySecret.reveal());
  const entry = {
    realm: slug,
    issuer,
    clientId: CONSOLE_CLIENT,
    clientSecretFile,
    displayName,
    binding: { kind: "tenant", tenant: slug },
    directory: {
      clientId: DIRECTORY_CLIENT,
      clientSecretFile: directorySecretFile,
      removesRoles: true,
    },
  };
  put(join(folder, `${slug}.json`), JSON.stringify(entry, null, 2));
  return true;
}

export function isRealmPublished(slug: string): boolean {
  const folder = env().IDENTITY_REALMS_DIR;
  return folder !== undefined && existsSync(join(folder, `${slug}.json`));
}

/** Takes it out again. False where it is not there, or not ours to remove. */
export function withdrawRealm(slug: string): boolean {
  const folder = writableFolder();
  if (!folder || !isRealmPublished(slug)) return false;
  for (const ending of ["json", "client-secret", "directory-secret"]) {
    rmSync(join(folder, `${slug}.${ending}`), { force: true });
  }
  return true;
}

function writableFolder(): string | null {
  const folder = env().IDENTITY_REALMS_DIR;
  if (!folder) return null;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
    return folder;
  } catch {
    return null;
  }
}

function put(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
