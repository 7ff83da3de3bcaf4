import "server-only";
import type { KvV2, SecretFields } from "#server/integrations/openbao/kv-v2.ts";
import { SecretValue } from "#server/platform/secret-value.ts";

/** A login that lives by a lease, as its workload reads it. `rotationId` marks who wrote it. */
export interface LeasedLogin {
  username: string;
  password: SecretValue;
  /** By which OpenBao knows the lease: kept beside the value, so that it can always be ended. */
  leaseRef: string;
  rotationId: string | null;
}

export type LeasedRead =
  | { kind: "found"; login: LeasedLogin; version: number }
  | { kind: "malformed" | "deleted" | "destroyed"; version: number }
  | { kind: "absent" };

/** Reads a path as a leased login; `malformed` when it lacks a field. */
export async function readLeasedLogin(kv: KvV2, path: string, version = 0): Promise<LeasedRead> {
  const found = await kv.read(path, version);
  if (found.kind === "absent") return found;
  if (found.kind !== "found") return { kind: found.kind, version: found.info.version };
  const { username, password, lease_id: leaseRef, rotation_id: rotationId } = found.fields;
  if (!username || !password || !leaseRef) {
    return { kind: "malformed", version: found.info.version };
  }
  return {
    kind: "found",
    version: found.info.version,
    login: {
      username: username.reveal(),
      password,
      leaseRef: leaseRef.reveal(),
      rotationId: rotationId?.reveal() ?? null,
    },
  };
}

export function leasedFields(login: LeasedLogin): SecretFields {
  return {
    username: SecretValue.of(login.username),
    password: login.password,
    lease_id: SecretValue.of(login.leaseRef),
    ...(login.rotationId ? { rotation_id: SecretValue.of(login.rotationId) } : {}),
  };
}
