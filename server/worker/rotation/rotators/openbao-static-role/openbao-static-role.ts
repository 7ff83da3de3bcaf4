import "server-only";
import type { OpenbaoStaticRole } from "#server/features/rotation/schema.ts";
import type { StaticRole } from "#server/integrations/openbao/database-engine.ts";
import { OpenBaoError } from "#server/integrations/openbao/openbao-error.ts";
import {
  done,
  type Look,
  type Outcome,
  type Promotion,
  type Revocation,
  refused,
  type Truth,
  type Undoing,
  unknown,
} from "../../outcome.ts";
import type { OutsideCall } from "../../outside.ts";
import { OutsideTrouble } from "../../outside-trouble.ts";
import type { RotationRun } from "../../rotation-run.ts";
import type { Rotator } from "../../rotator.ts";
import { roleEvidence } from "./role-evidence.ts";
import { probeCurrent } from "./role-login.ts";

/** What stands in the old handle when OpenBao never rotated the role. */
const NEVER = "never";

/**
 * A login whose password OpenBao changes at the database. There is one user, so no grace: rotating
 * is what consumers notice, and the promotion. It has no idempotency key: when OpenBao last rotated
 * is recorded first, and a later time means that the old value is gone.
 */
export function openbaoStaticRole(run: RotationRun, settings: OpenbaoStaticRole): Rotator {
  const { mount, role } = settings;
  const engine = run.vault.database(mount);
  const evidence = roleEvidence(run, settings);

  async function readRole(call: OutsideCall): Promise<StaticRole> {
    const found = await run.outside(call, () => engine.staticRole(role));
    if (found) return found;
    throw new OutsideTrouble({
      errorCode: "role_missing",
      errorText: `There is no static role ${role} at ${mount}.`,
    });
  }

  const rotatedAt = (found: StaticRole) => found.lastRotatedAt ?? NEVER;
  const isRotated = (found: StaticRole) => rotatedAt(found) !== run.handles.old.ref;
  /** OpenBao counts no versions of a role: the console counts its own. */
  const nextVersion = () => run.handles.old.version + 1;
  const wasPromoting = () => (run.resumeState ?? run.state) === "verified";

  return {
    async look(): Promise<Look> {
      const found = await run.outside("database.read-role", () => engine.staticRole(role));
      if (!found) return refused("role_missing", `There is no static role ${role} at ${mount}.`);
      // A resumed rotation compares with what it first found.
      if (run.oldHandle && run.newHandle) {
        return { kind: "fit", oldHandle: run.oldHandle, newHandle: run.newHandle };
      }
      const version = run.claim.currentVersion ?? 1;
      return {
        kind: "fit",
        oldHandle: { role: found.username, ref: rotatedAt(found), version },
        newHandle: { role: found.username, version: null },
      };
    },

    stage: () => evidence.keep(),

    async apply() {
      return done("nothing to set: OpenBao sets the new value at the database itself");
    },

    async verify(): Promise<Outcome> {
      const found = await readRole("database.check-role");
      if (found.username === run.handles.old.role) return done("the role is as it was found");
      return refused("role_changed", `The role ${role} names another user now: ${found.username}.`);
    },

    async promote(): Promise<Promotion> {
      const before = await readRole("database.recheck-role");
      if (!isRotated(before)) {
        try {
          await run.outside("database.rotate-role", () => engine.rotateStaticRole(role));
        } catch (error) {
          // "Retries will continue in the background" is among these: it may change at any moment.
          if (!(error instanceof OpenBaoError) || error.changedNothing) throw error;
          return unknown("vault_outcome_unknown", error.message);
        }
      }
      const after = isRotated(before) ? before : await readRole("database.confirm-role");
      if (!isRotated(after)) {
        return unknown("rotation_not_seen", `OpenBao's record still says ${rotatedAt(after)}.`);
      }
      return { kind: "done", version: nextVersion(), note: `OpenBao rotated ${rotatedAt(after)}` };
    },

    /** The new value has to work before the old one is declared dead. */
    async settle() {
      const probe = await probeCurrent(run, settings, "target.probe-new");
      if (!probe) return "no grace: OpenBao ended the old value when it rotated";
      if (probe.kind === "accepted") return "no grace: the new value logs in, the old one ended";
      throw new OutsideTrouble({
        errorCode: probe.kind === "refused" ? "new_login_refused" : "target_unknown",
        errorText: `The value that OpenBao gives out does not log in (${probe.text}).`,
      });
    },

    async revoke(): Promise<Revocation> {
      const found = await readRole("database.check-ended");
      if (isRotated(found)) return done("no grace: rotating ended it");
      return refused(
        "engine_contradicts",
        "OpenBao's record shows the old time of rotation again: was it restored from a backup?",
      );
    },

    async proveDead(): Promise<Outcome> {
      const tried = await evidence.tryOld();
      if (tried) return tried;
      const found = await readRole("database.read-record");
      const { ref } = run.handles.old;
      const why = settings.login ? "the old value had been refused before" : "no login to try";
      return done(`by OpenBao's record: rotated ${rotatedAt(found)}, before ${ref}; ${why}`);
    },

    async destroy() {
      await evidence.drop();
      return "the old value is kept nowhere";
    },

    async ask(resume): Promise<Truth> {
      if (resume !== "verified") {
        const isKept = await evidence.isKept();
        const state = resume === "requested" && isKept ? "staged" : resume;
        return { kind: "state", state, note: "asked the vault" };
      }
      const found = await readRole("database.ask-role");
      if (isRotated(found)) return { kind: "promoted", version: nextVersion() };
      return { kind: "state", state: "verified", note: "asked OpenBao: not rotated yet" };
    },

    async undo(): Promise<Undoing> {
      if (wasPromoting()) {
        if (isRotated(await readRole("database.ask-role"))) {
          return { kind: "promoted", version: nextVersion() };
        }
        // After a failed rotation the database may have a value that OpenBao doesn't give out yet.
        const probe = await probeCurrent(run, settings, "target.ask-current");
        if (probe?.kind === "refused") {
          throw new OutsideTrouble({
            errorCode: "between_values",
            errorText:
              "The database refuses what OpenBao gives out: rotating the role again mends it.",
          });
        }
      }
      await evidence.drop();
      return { kind: "undone" };
    },
  };
}
