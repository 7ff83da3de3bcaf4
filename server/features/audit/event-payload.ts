import "server-only";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { openEvent } from "#server/platform/audit/event-cipher.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { PayloadState } from "./schema.ts";

/** A payload as stored beside its envelope; every other column is null once it is erased. */
export interface StoredPayload {
  envelope: string;
  key_id: string | null;
  /** Null as well where it is encrypted with its payload. */
  salt: Buffer | null;
  ciphertext: Buffer | null;
}

export interface ReadPayload {
  payload: JsonValue;
  state: PayloadState;
}

/** Decrypts a payload and holds it against the commitment in the log entry. Never throws. */
export function readPayload(
  tenant: AuthorizedTenantId,
  eventId: string,
  { envelope, key_id, salt: stored, ciphertext }: StoredPayload,
  commitment: Buffer,
): ReadPayload {
  if (key_id === null || ciphertext === null) return { payload: null, state: "erased" };
  try {
    const row = { event_id: eventId, envelope, key_id, salt: stored, ciphertext };
    const { payload, digest } = openEvent(tenant, row);
    return digest.equals(commitment)
      ? { payload, state: "intact" }
      : { payload: null, state: "altered" };
  } catch {
    return { payload: null, state: "unreadable" };
  }
}

/** The name that the actor had at the time, when the payload tells one. */
export function actorNameIn(payload: JsonValue): string | null {
  const actor = member(payload, "actor");
  const name = member(actor, "name") ?? member(actor, "component");
  return typeof name === "string" ? name : null;
}

function member(value: JsonValue | undefined, key: string): JsonValue | undefined {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return undefined;
  return (value as { readonly [key: string]: JsonValue })[key];
}
