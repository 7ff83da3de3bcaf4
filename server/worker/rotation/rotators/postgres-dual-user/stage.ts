import "server-only";
import { randomBytes } from "node:crypto";
import {
  credentialFields,
  readDatabaseCredential,
} from "#server/integrations/openbao/database-credential.ts";
import { readRoleState } from "#server/integrations/postgres-roles/role-admin.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { done, type Look, type Outcome, type Refused, refused } from "../../outcome.ts";
import { OutsideTrouble } from "../../outside-trouble.ts";
import { vaultWrite } from "../../vault-write.ts";
import { type PairContext, rolesOf } from "./context.ts";
import { currentLogin, rotatorLogin } from "./read-login.ts";

/** Which role is in use, and whether the other may take over. */
export async function look(context: PairContext): Promise<Look> {
  const { run, pair } = context;
  const current = await currentLogin(run, "vault.read-current");
  if (current.kind !== "found") {
    return refused("current_missing", `The vault's main path is ${current.kind}.`);
  }
  const { activeRole, standbyRole } = pair;
  const oldRole = current.credential.username;
  if (oldRole !== activeRole && oldRole !== standbyRole) {
    return refused(
      "unknown_role",
      `The vault's main path holds the role ${oldRole}, which is not one of the pair.`,
    );
  }
  const newRole = oldRole === activeRole ? standbyRole : activeRole;
  const unfit = await whyUnfit(context, newRole);
  if (unfit) return unfit;
  return {
    kind: "fit",
    oldHandle: { role: oldRole, version: current.version },
    newHandle: { role: newRole, stagedPath: run.stagedPath, version: null },
  };
}

/** Makes the new value and puts it beside the main path, once. */
export async function stage(context: PairContext): Promise<Outcome> {
  const { fresh } = rolesOf(context);
  const note = `for role ${fresh}`;
  if (await isStaged(context)) return done(note);
  const { run } = context;
  const password = SecretValue.of(randomBytes(32).toString("base64url"));
  const fields = credentialFields({ username: fresh, password, rotationId: run.rotationId });
  const unsure = await vaultWrite(() =>
    run.outside("vault.stage", () => run.kv.write(run.stagedPath, fields, 0)),
  );
  return unsure ?? done(note);
}

/** A standby that somebody uses must not get a new password under their feet. */
async function whyUnfit(context: PairContext, role: string): Promise<Refused | null> {
  const rotator = await rotatorLogin(context);
  const found = await context.run.outside("target.read-standby", () =>
    readRoleState(context.pair.target, rotator, role),
  );
  if (found.kind === "refused") return refused(`target_${found.code}`, found.text);
  if (found.kind !== "done") {
    throw new OutsideTrouble({ errorCode: `target_${found.kind}`, errorText: found.text });
  }
  if (!found.exists) {
    return refused("standby_missing", `The standby role ${role} does not exist.`);
  }
  if (found.sessions === 0) return null;
  return refused(
    "standby_in_use",
    `The standby role ${role} has ${found.sessions} open sessions. End them, then rotate again.`,
  );
}

/** Whether our value waits there already; what an earlier rotation left is cleared away. */
async function isStaged({ run }: PairContext): Promise<boolean> {
  const found = await run.outside("vault.read-staged", () =>
    readDatabaseCredential(run.kv, run.stagedPath),
  );
  if (found.kind === "absent") return false;
  if (found.kind === "found" && found.credential.rotationId === run.rotationId) return true;
  await run.outside("vault.unstage", () => run.kv.deleteKey(run.stagedPath));
  return false;
}
