import type { JsonValue } from "../canonical-json/canonical-json.ts";

/** How the types of events begin that another part of the platform sent. */
export const RECEIVED_TYPES = "runtime.received.";

/** Where an event comes from, as `source:` asks for it: another part of the platform, the worker, or the console. */
export function eventSource(type: string, actorKind: string): "received" | "worker" | "console" {
  if (type.startsWith(RECEIVED_TYPES)) return "received";
  return actorKind === "worker" ? "worker" : "console";
}

/**
 * Whatever the payload calls who acted: display name, subject or component; of a received event also who
 * acted as its sender says. What `actor:` finds.
 */
export function eventActorNames(payload: JsonValue): string[] {
  const { actor, received } = members(payload);
  const { name, subject, component } = members(actor);
  return [name, subject, component, members(received).principal].filter(
    (each): each is string => typeof each === "string",
  );
}

function members(value: JsonValue | undefined): Readonly<Record<string, JsonValue | undefined>> {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return {};
  return value as Readonly<Record<string, JsonValue>>;
}
