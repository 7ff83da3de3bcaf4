import "server-only";
import type { Actor, Caller } from "../actor.ts";
import type { CedarEntity, CedarUid } from "./policy-request.ts";

/** The caller as policies see it: who, and with which scopes. */
export function policyPrincipal(caller: Caller): CedarEntity {
  const { actor } = caller;
  const scopes = [...caller.scopes].sort();
  return {
    uid: principalUid(actor),
    attrs: "issuer" in actor ? { issuer: actor.issuer, scopes } : { scopes },
    parents: [{ type: "Tenant", id: caller.tenant }],
  };
}

/** Identity is (issuer, subject), as one unambiguous text. */
export function principalUid(actor: Actor): CedarUid {
  switch (actor.kind) {
    case "user":
      return { type: "User", id: identityText(actor) };
    case "service":
      return { type: "Service", id: identityText(actor) };
    case "worker":
      return { type: "Worker", id: actor.name };
    case "system":
      return { type: "System", id: actor.component };
  }
}

export function identityText(identity: { issuer: string; subject: string }): string {
  return JSON.stringify([identity.issuer, identity.subject]);
}
