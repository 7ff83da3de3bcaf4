import "server-only";
import type { HumanBehind, Identity } from "#server/engines/quorum/types.ts";
import type { Actor } from "#server/platform/actor.ts";

/** A process of the console has an identity of its own, which no identity provider issues. */
const PROCESS_ISSUER = "urn:sovereign-console:process";

/** Who asks, as (issuer, subject). */
export function identityOf(actor: Actor): Identity {
  switch (actor.kind) {
    case "user":
    case "service":
      return { issuer: actor.issuer, subject: actor.subject };
    case "worker":
      return { issuer: PROCESS_ISSUER, subject: `worker:${actor.name}` };
    case "system":
      return { issuer: PROCESS_ISSUER, subject: `system:${actor.component}` };
  }
}

/** The human behind an actor: itself, a verified claim's, nobody knows who, or none at all (law 9). */
export function humanBehind(actor: Actor): HumanBehind {
  switch (actor.kind) {
    case "user":
      return "requester";
    case "service":
      return actor.human;
    default:
      return "none";
  }
}

/** What people call the actor on screen. Erasable: it is kept in rows, never in the log. */
export function displayNameOf(actor: Actor): string {
  const name = actor.kind === "user" ? actor.displayName : identityOf(actor).subject;
  return name.slice(0, 200);
}

export function isSameIdentity(a: Identity, b: Identity): boolean {
  return a.issuer === b.issuer && a.subject === b.subject;
}
