import type { Actor } from "#server/platform/actor.ts";
import type { RequestedBy } from "../schema.ts";

/** Who did something, as a row keeps it. */
export function requestedBy(actor: Actor): RequestedBy {
  switch (actor.kind) {
    case "user":
      return { ...identity(actor), kind: "user", name: actor.displayName };
    case "service":
      return { ...identity(actor), kind: "service", name: actor.subject };
    case "worker":
      return { kind: "worker", issuer: null, subject: null, name: actor.name };
    case "system":
      return { kind: "system", issuer: null, subject: null, name: actor.component };
  }
}

function identity({ issuer, subject }: { issuer: string; subject: string }) {
  return { issuer, subject };
}
