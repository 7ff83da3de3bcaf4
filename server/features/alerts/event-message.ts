import "server-only";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { openEvent } from "#server/platform/audit/event-cipher.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

interface EventOfMessage {
  eventId: string;
  envelope: string;
  /** Null when it was erased. */
  payload: { key_id: string; salt: Buffer | null; ciphertext: Buffer } | null;
  /** Where consumers read the credential, and which version they should have. */
  binding: { store: string; path: string; environment: string; version: number | null } | null;
}

/** What of a payload leaves the house: ids, states and codes. */
const SHOWN = ["rotationId", "credential", "from", "to", "trigger", "errorCode"] as const;

/**
 * The CloudEvents 1.0 JSON of an event of a credential: the envelope of the log, with what a consumer
 * needs to refresh itself as data. Canonical (RFC 8785), so that every attempt signs the same bytes.
 */
export function eventMessage(
  tenant: AuthorizedTenantId,
  { eventId, envelope, payload, binding }: EventOfMessage,
): string {
  const event = JSON.parse(envelope) as { [key: string]: JsonValue };
  const opened = payload
    ? (openEvent(tenant, { event_id: eventId, envelope, ...payload }).payload as Record<
        string,
        JsonValue
      >)
    : {};
  const shown = SHOWN.flatMap((name) =>
    opened[name] === undefined ? [] : [[name, opened[name]] as const],
  );
  const { newHandle } = opened as { newHandle?: { version?: number | null } | null };
  return canonicalJson({
    ...event,
    datacontenttype: "application/json",
    data: {
      ...Object.fromEntries(shown),
      ...(binding
        ? {
            store: binding.store,
            path: binding.path,
            environment: binding.environment,
            version: newHandle?.version ?? binding.version,
          }
        : {}),
    },
  });
}
