import { SecretValue } from "#server/platform/secret-value.ts";
import type { KvRead, KvV2, SecretFields } from "./kv-v2.ts";

/** A database login as a secret holds it. `rotationId` marks who wrote it, so that a repeat is recognised. */
export interface DatabaseCredential {
  username: string;
  password: SecretValue;
  rotationId: string | null;
}

export type CredentialRead =
  | { kind: "found"; credential: DatabaseCredential; version: number }
  | { kind: "malformed"; version: number }
  | { kind: "deleted" | "destroyed"; version: number }
  | { kind: "absent" };

/** Reads a path as a database login; `malformed` when it lacks `username` or `password`. */
export async function readDatabaseCredential(
  kv: KvV2,
  path: string,
  version = 0,
): Promise<CredentialRead> {
  const found: KvRead = await kv.read(path, version);
  if (found.kind === "absent") return found;
  if (found.kind !== "found") return { kind: found.kind, version: found.info.version };
  const { username, password, rotation_id: rotationId } = found.fields;
  if (!username || !password) return { kind: "malformed", version: found.info.version };
  return {
    kind: "found",
    version: found.info.version,
    credential: {
      username: username.reveal(),
      password,
      rotationId: rotationId?.reveal() ?? null,
    },
  };
}

/** The fields of a database login, for `KvV2.write`. */
export function credentialFields(credential: DatabaseCredential): SecretFields {
  return {
    username: SecretValue.of(credential.username),
    password: credential.password,
    ...(credential.rotationId ? { rotation_id: SecretValue.of(credential.rotationId) } : {}),
  };
}
