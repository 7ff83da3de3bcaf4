import "server-only";
import { readDatabaseCredential } from "#server/integrations/openbao/database-credential.ts";
import { probeLogin } from "#server/integrations/postgres-roles/probe-login.ts";
import { lockRole } from "#server/integrations/postgres-roles/role-admin.ts";
import { done, type Outcome, orphaned, type Revocation, refused, unknown } from "../../outcome.ts";
import { OutsideTrouble } from "../../outside-trouble.ts";
import { type PairContext, rolesOf } from "./context.ts";
import { currentLogin, rotatorLogin } from "./read-login.ts";

/** Locks the old user and ends its sessions, once the current login was seen to work. */
export async function revoke(context: PairContext): Promise<Revocation> {
  const { run, pair } = context;
  const whyNot = await whyNotSafe(context);
  if (whyNot) return whyNot;
  const { old } = rolesOf(context);
  const rotator = await rotatorLogin(context);
  const locked = await run.outside("target.lock-old", () => lockRole(pair.target, rotator, old));
  switch (locked.kind) {
    case "done":
      return done(`${locked.sessions} sessions ended`);
    case "unknown":
      return unknown("target_outcome_unknown", locked.text);
    case "unreachable":
      throw new OutsideTrouble({ errorCode: "target_unreachable", errorText: locked.text });
    case "refused":
      return refused(`target_${locked.code}`, locked.text);
  }
}

/** Whatever the main path holds must log in, and must not be the user we are about to lock. */
async function whyNotSafe(context: PairContext): Promise<Revocation | null> {
  const { run, pair } = context;
  const roles = rolesOf(context);
  const current = await currentLogin(run, "vault.recheck-current");
  if (current.kind !== "found") {
    return refused(
      "current_missing",
      `The vault's main path is ${current.kind}; the old user was left alone.`,
    );
  }
  if (current.credential.username !== roles.fresh) {
    return orphaned(
      "vault_moved_on",
      current.credential.username === roles.old
        ? "Somebody put the old user back into the vault's main path, so it was not locked."
        : "Somebody put another user into the vault's main path; nobody was locked.",
    );
  }
  const probe = await run.outside("target.probe-new", () =>
    probeLogin(pair.target, current.credential),
  );
  if (probe.kind === "accepted") return null;
  if (probe.kind === "unknown") {
    throw new OutsideTrouble({ errorCode: "target_unknown", errorText: probe.text });
  }
  return refused(
    "current_refused",
    `The vault's current login is refused (${probe.text}); the old user was left alone.`,
  );
}

/** The old user's own old value is tried, and must be refused. */
export async function proveDead(context: PairContext): Promise<Outcome> {
  const { run, pair } = context;
  const { version } = run.handles.old;
  const found = await run.outside("vault.read-old", () =>
    readDatabaseCredential(run.kv, run.claim.path, version),
  );
  if (found.kind !== "found" || found.credential.username !== rolesOf(context).old) {
    return refused(
      "old_value_gone",
      `Version ${version} no longer holds the old login, so its death can't be proved. The role is locked.`,
    );
  }
  const probe = await run.outside("target.probe-old", () =>
    probeLogin(pair.target, found.credential),
  );
  if (probe.kind === "refused") return done(`the old login was refused (${probe.code})`);
  if (probe.kind === "unknown") {
    throw new OutsideTrouble({ errorCode: "target_unknown", errorText: probe.text });
  }
  return refused("old_still_alive", "The old user was locked but still logs in.");
}
