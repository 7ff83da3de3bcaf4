import "server-only";
import { credentialFields } from "#server/integrations/openbao/database-credential.ts";
import { OpenBaoError } from "#server/integrations/openbao/openbao-error.ts";
import { type Promotion, refused, unknown } from "../../outcome.ts";
import type { PairContext } from "./context.ts";
import { currentLogin, stagedLogin } from "./read-login.ts";

/** Moves the proved value to the main path, if that is still as it was found. */
export async function promote(context: PairContext): Promise<Promotion> {
  const { run } = context;
  const staged = await stagedLogin(run, "vault.read-staged");
  const { old } = run.handles;
  try {
    const version = await run.outside("vault.promote", () =>
      run.kv.write(run.claim.path, credentialFields(staged), old.version),
    );
    return { kind: "done", version, note: `version ${version}` };
  } catch (error) {
    if (!(error instanceof OpenBaoError)) throw error;
    if (error.failure === "cas_mismatch") return afterMismatch(context);
    if (error.changedNothing) throw error;
    return unknown("vault_outcome_unknown", error.message);
  }
}

/** Ours from before a crash, which counts as done, or somebody else's, which we don't overwrite. */
async function afterMismatch({ run }: PairContext): Promise<Promotion> {
  const current = await currentLogin(run, "vault.ask-current");
  if (current.kind === "found" && current.credential.rotationId === run.rotationId) {
    return { kind: "done", version: current.version, note: `version ${current.version}` };
  }
  return refused(
    "vault_moved_on",
    "Somebody else wrote the vault's main path meanwhile. Nothing was changed there.",
  );
}
