import "server-only";
import {
  credentialFields,
  readDatabaseCredential,
} from "#server/integrations/openbao/database-credential.ts";
import { probeLogin } from "#server/integrations/postgres-roles/probe-login.ts";
import { lockRole } from "#server/integrations/postgres-roles/role-admin.ts";
import {
  type Orphaned,
  type Refused,
  refused,
  type TakenBack,
  type Unknown,
  unknown,
} from "../../outcome.ts";
import type { OutsideCall } from "../../outside.ts";
import { OutsideTrouble } from "../../outside-trouble.ts";
import { MOVED_ON_SINCE, restored } from "../../restored.ts";
import { type PairContext, rolesOf } from "./context.ts";
import { currentLogin, rotatorLogin } from "./read-login.ts";

/** Consumers get the old login again, once it was seen to work; then the new user is locked and proved dead. */
export async function takeBack(context: PairContext): Promise<TakenBack> {
  const version = await restore(context);
  if (typeof version !== "number") return version;
  const { run, pair } = context;
  const { fresh } = rolesOf(context);
  const rotator = await rotatorLogin(context);
  const locked = await run.outside("target.lock-new", () => lockRole(pair.target, rotator, fresh));
  if (locked.kind === "unknown") return unknown("target_outcome_unknown", locked.text);
  if (locked.kind === "unreachable") throw trouble("target_unreachable", locked.text);
  if (locked.kind === "refused") return refused(`target_${locked.code}`, locked.text);
  const death = await proveNewDead(context);
  if (typeof death !== "string") return death;
  await run.outside("vault.destroy-new", () =>
    run.kv.destroyVersions(run.claim.path, [promotedVersion(context)]),
  );
  return { kind: "done", version, note: `version ${version} holds the old login; ${death}` };
}

/** The version that holds the old login again, perhaps since before a crash. */
async function restore(context: PairContext): Promise<number | Refused | Unknown | Orphaned> {
  const { run, pair } = context;
  const back = `${run.rotationId}/back`;
  const promoted = promotedVersion(context);
  const now = await currentLogin(run, "vault.ask-current");
  if (now.kind === "found" && now.credential.rotationId === back) return now.version;
  const isOurs = now.kind === "found" && now.credential.rotationId === run.rotationId;
  if (!isOurs || now.version !== promoted) return MOVED_ON_SINCE;
  const { version } = run.handles.old;
  const before = await readVersion(context, "vault.read-old", version);
  if (before.kind !== "found" || before.credential.username !== rolesOf(context).old) {
    return refused("old_value_gone", `Version ${version} no longer holds the old login.`);
  }
  const probe = await run.outside("target.probe-old", () =>
    probeLogin(pair.target, before.credential),
  );
  if (probe.kind === "unknown") throw trouble("target_unknown", probe.text);
  if (probe.kind === "refused") {
    return refused("old_login_refused", `The old user can't log in any more (${probe.text}).`);
  }
  const fields = credentialFields({ ...before.credential, rotationId: back });
  return restored(() =>
    run.outside("vault.restore", () => run.kv.write(run.claim.path, fields, promoted)),
  );
}

/** The new user's own value is tried and must be refused; gives how. */
async function proveNewDead(context: PairContext): Promise<string | Refused> {
  const { run, pair } = context;
  const found = await readVersion(context, "vault.read-new", promotedVersion(context));
  // Destroyed only after it was proved dead, by whoever stopped after that.
  if (found.kind === "destroyed") return "the new login was refused before";
  if (found.kind !== "found") return refused("new_value_gone", `The new login is ${found.kind}.`);
  const probe = await run.outside("target.probe-new", () =>
    probeLogin(pair.target, found.credential),
  );
  if (probe.kind === "refused") return `the new login was refused (${probe.code})`;
  if (probe.kind === "unknown") throw trouble("target_unknown", probe.text);
  return refused("new_still_alive", "The new user was locked but still logs in.");
}

function readVersion({ run }: PairContext, call: OutsideCall, version: number) {
  return run.outside(call, () => readDatabaseCredential(run.kv, run.claim.path, version));
}

function promotedVersion({ run }: PairContext): number {
  const { version } = run.handles.new;
  if (!version) throw new Error("this rotation was not promoted");
  return version;
}

function trouble(errorCode: string, errorText: string): OutsideTrouble {
  return new OutsideTrouble({ errorCode, errorText });
}
