import { randomBytes } from "node:crypto";
import {
  credentialFields,
  readDatabaseCredential,
} from "#server/integrations/openbao/database-credential.ts";
import type { KvV2 } from "#server/integrations/openbao/kv-v2.ts";
import type { PostgresTarget } from "#server/integrations/postgres-roles/postgres-target.ts";
import { probeLogin } from "#server/integrations/postgres-roles/probe-login.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { openRole } from "./role-pair.ts";

/**
 * Sees to it that a path of the vault holds a login that works: makes the value the first time, and
 * opens the role again if the database was made anew. Gives the version that it found or made.
 */
export async function ensureLogin(
  kv: KvV2,
  path: string,
  options: { adminUrl: string; target: PostgresTarget; role: string },
): Promise<number> {
  let found = await readDatabaseCredential(kv, path);
  if (found.kind === "absent") {
    const password = SecretValue.of(randomBytes(32).toString("base64url"));
    const fresh = { username: options.role, password, rotationId: null };
    await kv.write(path, credentialFields(fresh), 0);
    found = await readDatabaseCredential(kv, path);
  }
  if (found.kind !== "found") throw new Error(`The vault's ${path} is ${found.kind}.`);
  const { username, password } = found.credential;
  const probe = await probeLogin(options.target, found.credential);
  if (probe.kind === "refused") await openRole(options.adminUrl, username, password);
  return found.version;
}
