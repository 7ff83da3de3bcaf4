import { readFileSync } from "node:fs";
import { uuidv7 } from "uuidv7";
import { z } from "zod";
import { demoUserId } from "#server/features/identity/realms/realm-file.ts";
import type { Caller } from "#server/platform/actor.ts";
import { type Role, scopesOfRoles } from "#server/platform/authz/scopes.ts";
import { systemCaller } from "#server/platform/system-caller.ts";

const IdentityFile = z.object({
  realms: z.array(z.object({ realm: z.string(), issuer: z.string() })),
});

/**
 * The demo's users as callers, so that its history shows people, not the seed. For the demo only:
 * nobody is signed in, and production refuses the seed.
 */
export function demoPeople(sovereign: string, tenant: string, identityFile: string) {
  const { realms } = IdentityFile.parse(JSON.parse(readFileSync(identityFile, "utf8")));
  const issuerOf = (realm: string) => realms.find((each) => each.realm === realm)?.issuer ?? realm;
  const person = (realm: string, username: string, role: Role): Caller => ({
    ...systemCaller(tenant, "demo-seed"),
    actor: {
      kind: "user",
      issuer: issuerOf(realm),
      subject: demoUserId(sovereign, realm, username),
      sessionId: uuidv7(),
      displayName: username,
      roles: [role],
    },
    scopes: scopesOfRoles([role]),
  });
  const pipeline: Caller = {
    ...systemCaller(tenant, "demo-seed"),
    actor: {
      kind: "service",
      issuer: issuerOf(tenant),
      subject: "demo-pipeline",
      human: "unknown",
      roles: ["deployment-pipeline"],
    },
    scopes: scopesOfRoles(["deployment-pipeline"]),
  };
  return { person, pipeline };
}
