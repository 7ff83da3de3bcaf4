import type { JsonValue } from "../canonical-json/canonical-json.ts";
import {
  isObject,
  listAt,
  type MappedEvent,
  malformed,
  objectAt,
  present,
  segment,
  slug,
  textAt,
  upTo,
} from "./mapped.ts";

const HMAC = /^hmac-sha256:[0-9a-f]{64}$/;

/**
 * Entries of an OpenBao audit device (file, socket or HTTP: the same JSON), one or several. Values that the
 * device did not hash are left out by name: `log_raw` must not bring secrets here. The tenant is who the path
 * names: `secret/data/<tenant>/…`.
 */
export function mapOpenbaoAudit(written: JsonValue, vault: string): MappedEvent[] {
  const entries = Array.isArray(written) ? (written as readonly JsonValue[]) : [written];
  return entries.map((entry) => mapOne(entry, vault));
}

function mapOne(entry: JsonValue, vault: string): MappedEvent {
  const stage = textAt(entry, "type");
  const id = textAt(entry, "request", "id");
  const path = textAt(entry, "request", "path");
  if ((stage !== "request" && stage !== "response") || !id || path === undefined) {
    const field = id ? (path === undefined ? "request.path" : "type") : "request.id";
    return malformed(hashedOnly(entry), field, `${field} is missing.`);
  }
  const operation = textAt(entry, "request", "operation") ?? "unknown";
  const error = textAt(entry, "error");
  const auth = objectAt(entry, "auth");
  const namespace = textAt(entry, "request", "namespace", "path");
  const data = present({
    stage,
    operation,
    path,
    mountType: textAt(entry, "request", "mount_type"),
    namespace,
    remoteAddress: textAt(entry, "request", "remote_address"),
    auth: present({
      displayName: textAt(auth, "display_name"),
      entityId: textAt(auth, "entity_id"),
      accessor: hashed(textAt(auth, "accessor")),
      policies: listAt(auth, "policies"),
      tokenType: textAt(auth, "token_type"),
      metadata: objectAt(auth, "metadata"),
    }),
    request: hashedOnly(objectAt(entry, "request", "data")),
    response: hashedOnly(objectAt(entry, "response", "data")),
    error: upTo(error, 1_000),
  });
  return {
    original: present({
      specversion: "1.0",
      id: `${id}/${stage}`,
      source: `/openbao/${segment(vault)}`,
      type: `org.openbao.audit.${stage}.${slug(operation)}`,
      subject: upTo(path, 256) || undefined,
      time: timeOf(textAt(entry, "time")),
      principal: upTo(textAt(auth, "display_name"), 256),
      outcome: error ? (/permission denied|403/i.test(error) ? "denied" : "failed") : "succeeded",
      datacontenttype: "application/json",
      data,
    }),
    home: { kind: "tenant", names: namesIn(namespace, path) },
  };
}

/** The namespace, then the first steps of the path. */
function namesIn(namespace: string | undefined, path: string): string[] {
  const steps = `${namespace ?? ""}/${path}`.split("/").filter(Boolean).slice(0, 5);
  return [...new Set(steps.filter((step) => /^[a-z][a-z0-9-]{0,62}$/.test(step)))];
}

/** Nanoseconds are more than a Date has. */
function timeOf(time: string | undefined): string | undefined {
  return time && !Number.isNaN(Date.parse(time)) ? new Date(time).toISOString() : undefined;
}

function hashed(value: string | undefined): string | undefined {
  return value && HMAC.test(value) ? value : undefined;
}

/** The same shape with hashes, numbers and booleans; other texts give way to what they are. */
function hashedOnly(value: JsonValue): JsonValue {
  if (typeof value === "string") return HMAC.test(value) ? value : "[not kept]";
  if (Array.isArray(value)) return value.map(hashedOnly);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, hashedOnly(member)]),
  );
}
