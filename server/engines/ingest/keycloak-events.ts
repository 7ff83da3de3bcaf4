import { createHash } from "node:crypto";
import { canonicalJson, type JsonValue } from "../canonical-json/canonical-json.ts";
import {
  isObject,
  type MappedEvent,
  malformed,
  numberAt,
  objectAt,
  present,
  segment,
  slug,
  textAt,
  upTo,
} from "./mapped.ts";

/**
 * Keycloak's user events and admin events, as its Admin API gives them and as event listeners post them: one
 * or several. What an admin event was about is told, its representation is not: it may hold secrets.
 */
export function mapKeycloakEvents(written: JsonValue, server: string): MappedEvent[] {
  const events = Array.isArray(written) ? (written as readonly JsonValue[]) : [written];
  return events.map((event) =>
    isObject(event) && "operationType" in event ? mapAdmin(event, server) : mapUser(event, server),
  );
}

function mapUser(event: JsonValue, server: string): MappedEvent {
  const type = textAt(event, "type");
  const time = numberAt(event, "time");
  if (!type || time === undefined) {
    return malformed(event, type ? "time" : "type", `${type ? "time" : "type"} is missing.`);
  }
  const error = textAt(event, "error");
  const details = objectAt(event, "details");
  return mapped(event, server, {
    type: `org.keycloak.event.${slug(type.replace(/_ERROR$/, ""))}`,
    subject: textAt(event, "clientId"),
    principal: textAt(details, "username") ?? textAt(event, "userId"),
    // A wrong password is a sign-in that was denied.
    outcome: error || /_ERROR$/.test(type) ? "denied" : "succeeded",
    time,
    data: present({
      realm: realmOf(event),
      client: textAt(event, "clientId"),
      user: textAt(event, "userId"),
      session: textAt(event, "sessionId"),
      ipAddress: textAt(event, "ipAddress"),
      error,
      details: Object.keys(details).length > 0 ? details : undefined,
    }),
  });
}

function mapAdmin(event: JsonValue, server: string): MappedEvent {
  const operation = textAt(event, "operationType");
  const resource = textAt(event, "resourceType") ?? "unknown";
  const time = numberAt(event, "time");
  if (!operation || time === undefined) {
    const field = operation ? "time" : "operationType";
    return malformed(event, field, `${field} is missing.`);
  }
  const error = textAt(event, "error");
  const who = objectAt(event, "authDetails");
  return mapped(event, server, {
    type: `org.keycloak.admin.${slug(operation)}.${slug(resource)}`,
    subject: textAt(event, "resourcePath"),
    principal: textAt(who, "username") ?? textAt(who, "userId"),
    outcome: error ? "failed" : "succeeded",
    time,
    data: present({
      realm: realmOf(event),
      operation,
      resource,
      path: textAt(event, "resourcePath"),
      by: present({
        realm: textAt(who, "realmId"),
        client: textAt(who, "clientId"),
        user: textAt(who, "userId"),
        ipAddress: textAt(who, "ipAddress"),
      }),
      error,
    }),
  });
}

interface Parts {
  type: string;
  subject: string | undefined;
  principal: string | undefined;
  outcome: string;
  /** Milliseconds since 1970. */
  time: number;
  data: JsonValue;
}

function mapped(event: JsonValue, server: string, parts: Parts): MappedEvent {
  const realm = realmOf(event);
  const when = new Date(parts.time);
  return {
    original: present({
      specversion: "1.0",
      // Before Keycloak 26 user events had no id: the same event is the same text.
      id: textAt(event, "id") ?? createHash("sha256").update(canonicalJson(event)).digest("hex"),
      source: `/keycloak/${segment(server)}/realms/${segment(realm ?? "unknown")}`,
      type: parts.type,
      subject: upTo(parts.subject, 256),
      time: Number.isNaN(when.getTime()) ? undefined : when.toISOString(),
      principal: upTo(parts.principal, 256),
      outcome: parts.outcome,
      datacontenttype: "application/json",
      data: parts.data,
    }),
    home: realm ? { kind: "realm", name: realm } : { kind: "source" },
  };
}

/** By name where it is told: the id of a realm is its name or a UUID. */
function realmOf(event: JsonValue): string | undefined {
  return textAt(event, "realmName") ?? textAt(event, "realmId");
}
