import "server-only";
import type { OpenbaoStaticRole } from "#server/features/rotation/schema.ts";
import {
  credentialFields,
  readDatabaseCredential,
} from "#server/integrations/openbao/database-credential.ts";
import { probeLogin } from "#server/integrations/postgres-roles/probe-login.ts";
import { done, type Outcome, refused } from "../../outcome.ts";
import type { OutsideCall } from "../../outside.ts";
import { OutsideTrouble } from "../../outside-trouble.ts";
import type { RotationRun } from "../../rotation-run.ts";
import { vaultWrite } from "../../vault-write.ts";
import { currentLogin } from "./role-login.ts";

const NO_LOGIN =
  "nothing is kept: the console can't log in there; OpenBao's record will be the proof";

/**
 * The value that is about to end, in KV v2 until its death is proved: OpenBao forgets it when it
 * rotates, and only trying it shows that it is refused.
 */
export function roleEvidence(run: RotationRun, settings: OpenbaoStaticRole) {
  const { login } = settings;

  async function read(call: OutsideCall) {
    if (!login) return null;
    const { evidencePath } = login;
    const found = await run.outside(call, () => readDatabaseCredential(run.kv, evidencePath));
    const isOurs = found.kind === "found" && found.credential.rotationId === run.rotationId;
    return isOurs ? found.credential : found.kind === "absent" ? null : "foreign";
  }

  async function drop(): Promise<void> {
    if (!login) return;
    const { evidencePath } = login;
    await run.outside("vault.drop-evidence", () => run.kv.deleteKey(evidencePath));
  }

  return {
    drop,

    async isKept(): Promise<boolean> {
      const kept = await read("vault.read-evidence");
      return kept !== null && kept !== "foreign";
    },

    /** Keeps a value that works. One that is refused already would prove nothing by a refusal. */
    async keep(): Promise<Outcome> {
      if (!login) return done(NO_LOGIN);
      const kept = await read("vault.read-evidence");
      if (kept && kept !== "foreign") return done("the value in use is kept for the proof");
      if (kept === "foreign") await drop();
      const current = await currentLogin(run, settings);
      const probe = await run.outside("target.probe-current", () =>
        probeLogin(login.target, current),
      );
      if (probe.kind === "unknown") {
        throw new OutsideTrouble({ errorCode: "target_unknown", errorText: probe.text });
      }
      if (probe.kind === "refused") return done("the value in use is refused already: not kept");
      const fields = credentialFields({ ...current, rotationId: run.rotationId });
      const unsure = await vaultWrite(() =>
        run.outside("vault.keep-evidence", () => run.kv.write(login.evidencePath, fields, 0)),
      );
      return unsure ?? done("the value in use logs in, and is kept for the proof");
    },

    /** Tries the old value; null when none was kept. */
    async tryOld(): Promise<Outcome | null> {
      if (!login) return null;
      const kept = await read("vault.read-old");
      if (!kept || kept === "foreign") return null;
      const probe = await run.outside("target.probe-old", () => probeLogin(login.target, kept));
      if (probe.kind === "refused") return done(`the old login was refused (${probe.code})`);
      if (probe.kind === "unknown") {
        throw new OutsideTrouble({ errorCode: "target_unknown", errorText: probe.text });
      }
      return refused(
        "old_still_alive",
        "OpenBao rotated the role, but the old value still logs in.",
      );
    },
  };
}
