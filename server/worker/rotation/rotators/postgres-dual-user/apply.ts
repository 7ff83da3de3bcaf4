import "server-only";
import { probeLogin } from "#server/integrations/postgres-roles/probe-login.ts";
import { applyStandby } from "#server/integrations/postgres-roles/role-admin.ts";
import { done, type Outcome, refused, unknown } from "../../outcome.ts";
import { OutsideTrouble } from "../../outside-trouble.ts";
import { type PairContext, rolesOf } from "./context.ts";
import { rotatorLogin, stagedLogin } from "./read-login.ts";

/** Gives the standby role the new value at the target. The same value again is harmless. */
export async function apply(context: PairContext): Promise<Outcome> {
  const { run, pair } = context;
  const staged = await stagedLogin(run, "vault.read-staged");
  const rotator = await rotatorLogin(context);
  const { fresh } = rolesOf(context);
  const outcome = await run.outside("target.apply", () =>
    applyStandby(pair.target, rotator, fresh, staged.password),
  );
  switch (outcome.kind) {
    case "done":
      return done(`role ${fresh} may log in`);
    case "refused":
      return refused(`target_${outcome.code}`, outcome.text);
    case "unreachable":
      throw new OutsideTrouble({ errorCode: "target_unreachable", errorText: outcome.text });
    case "unknown":
      return unknown("target_outcome_unknown", outcome.text);
  }
}

/** Logs in with the new value before anybody depends on it. */
export async function verify({ run, pair }: PairContext): Promise<Outcome> {
  const staged = await stagedLogin(run, "vault.read-staged");
  const probe = await run.outside("target.verify", () => probeLogin(pair.target, staged));
  if (probe.kind === "accepted") return done("the new login works");
  if (probe.kind === "unknown") {
    throw new OutsideTrouble({ errorCode: "target_unknown", errorText: probe.text });
  }
  return refused("new_login_refused", `The new user could not log in (${probe.text}).`);
}
