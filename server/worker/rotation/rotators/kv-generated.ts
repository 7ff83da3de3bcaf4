import "server-only";
import type { RotationState } from "#server/engines/rotation/state-machine.ts";
import type { KvGenerated } from "#server/features/rotation/schema.ts";
import { OpenBaoError } from "#server/integrations/openbao/openbao-error.ts";
import {
  done,
  type Look,
  type Outcome,
  orphaned,
  type Promotion,
  type Revocation,
  refused,
  type TakenBack,
  type Truth,
  type Undoing,
  unknown,
} from "../outcome.ts";
import type { OutsideCall } from "../outside.ts";
import { ValueMissingError } from "../outside-trouble.ts";
import { MOVED_ON_SINCE, restored } from "../restored.ts";
import type { RotationRun } from "../rotation-run.ts";
import type { Rotator } from "../rotator.ts";
import { vaultWrite } from "../vault-write.ts";
import { fieldsWith, freshValue, readValue, type ValueRead } from "./kv-value.ts";

const MOVED_ON = refused(
  "vault_moved_on",
  "Somebody else wrote the vault's main path meanwhile. Nothing was changed there.",
);

/**
 * A token or client secret that is whatever KV v2 says it is: those who check it read the vault.
 * Old and new version can both be read during the grace; then the old one is destroyed.
 */
export function kvGenerated(run: RotationRun, settings: KvGenerated): Rotator {
  const { path } = run.claim;
  const { field } = settings;
  const main = (call: OutsideCall, version?: number) =>
    readValue(run, settings, version ? { call, path, version } : { call, path });
  const beside = (call: OutsideCall) => readValue(run, settings, { call, path: run.stagedPath });
  const unstage = () => run.outside("vault.unstage", () => run.kv.deleteKey(run.stagedPath));
  const isOurs = (read: ValueRead) => read.kind === "found" && read.rotationId === run.rotationId;

  async function staged(call: OutsideCall) {
    const found = await beside(call);
    if (found.kind !== "found") throw new ValueMissingError("staged value", found.kind);
    if (!isOurs(found)) throw new ValueMissingError("staged value", "absent");
    return found;
  }

  async function current(call: OutsideCall) {
    const found = await main(call);
    if (found.kind !== "found") throw new ValueMissingError("current value", found.kind);
    return found;
  }

  return {
    withoutEffect: new Set(["apply", "verify", "destroy"]),

    async look(): Promise<Look> {
      const found = await main("vault.read-current");
      if (found.kind === "malformed")
        return refused("current_malformed", `The secret ${found.why}.`);
      if (found.kind !== "found") {
        return refused("current_missing", `The vault's main path is ${found.kind}.`);
      }
      return {
        kind: "fit",
        oldHandle: { version: found.version },
        newHandle: { stagedPath: run.stagedPath, version: null },
      };
    },

    async stage(): Promise<Outcome> {
      const waiting = await beside("vault.read-staged");
      if (isOurs(waiting)) return done("beside the current value");
      if (waiting.kind !== "absent") await unstage();
      const { kept } = await current("vault.read-current");
      const fields = fieldsWith(run, field, { value: freshValue(settings.bytes), kept });
      const unsure = await vaultWrite(() =>
        run.outside("vault.stage", () => run.kv.write(run.stagedPath, fields, 0)),
      );
      return unsure ?? done("beside the current value");
    },

    async apply() {
      return done("nothing to set: whoever checks the value reads the vault");
    },

    async verify(): Promise<Outcome> {
      const { value } = await staged("vault.read-back");
      const { value: before } = await current("vault.read-current");
      const isNew = value.reveal() !== before.reveal();
      if (isNew) return done("read back, and not the old value");
      return refused("value_not_new", "The staged value is the current one.");
    },

    async promote(): Promise<Promotion> {
      const fresh = await staged("vault.read-staged");
      const { version: before } = run.handles.old;
      try {
        const version = await run.outside("vault.promote", () =>
          run.kv.write(path, fieldsWith(run, field, fresh), before),
        );
        return { kind: "done", version, note: `version ${version}` };
      } catch (error) {
        if (!(error instanceof OpenBaoError)) throw error;
        if (error.failure === "cas_mismatch") {
          const now = await main("vault.ask-current");
          if (!isOurs(now) || now.kind !== "found") return MOVED_ON;
          return { kind: "done", version: now.version, note: `version ${now.version}` };
        }
        if (error.changedNothing) throw error;
        return unknown("vault_outcome_unknown", error.message);
      }
    },

    settle: unstage,

    async revoke(): Promise<Revocation> {
      const { version } = run.handles.old;
      const now = await main("vault.recheck-current");
      if (now.kind !== "found") {
        return refused(
          "current_missing",
          `The vault's main path is ${now.kind}; the old version was left alone.`,
        );
      }
      const old = await main("vault.read-old", version);
      const isBack = old.kind === "found" && old.value.reveal() === now.value.reveal();
      if (isBack) {
        return orphaned(
          "vault_moved_on",
          "Somebody put the old value back into the vault's main path, so it was not destroyed.",
        );
      }
      await run.outside("vault.destroy-old", () => run.kv.destroyVersions(path, [version]));
      return done("");
    },

    async proveDead(): Promise<Outcome> {
      const { version } = run.handles.old;
      const old = await main("vault.probe-old", version);
      if (old.kind === "destroyed") return done(`the vault refuses version ${version}: destroyed`);
      if (old.kind === "absent") return done(`the vault refuses version ${version}: gone`);
      return refused(
        "old_still_alive",
        `Version ${version} was destroyed but the vault calls it ${old.kind}.`,
      );
    },

    async destroy() {
      return `version ${run.handles.old.version} destroyed`;
    },

    async takeBack(): Promise<TakenBack> {
      const { old, new: fresh } = run.handles;
      const promoted = fresh.version;
      if (!promoted) throw new Error("this rotation was not promoted");
      const back = `${run.rotationId}/back`;
      const now = await main("vault.ask-current");
      const isBack = now.kind === "found" && now.rotationId === back;
      let version = isBack ? now.version : 0;
      if (!isBack) {
        if (now.kind !== "found" || now.version !== promoted || !isOurs(now)) return MOVED_ON_SINCE;
        const before = await main("vault.read-old", old.version);
        if (before.kind !== "found") {
          return refused("old_value_gone", `Version ${old.version} is ${before.kind}.`);
        }
        const fields = fieldsWith(run, field, before, back);
        const written = await restored(() =>
          run.outside("vault.restore", () => run.kv.write(path, fields, promoted)),
        );
        if (typeof written !== "number") return written;
        version = written;
      }
      await run.outside("vault.destroy-new", () => run.kv.destroyVersions(path, [promoted]));
      const dead = await main("vault.probe-new", promoted);
      if (dead.kind === "destroyed" || dead.kind === "absent") {
        const note = `version ${version} holds the old value; version ${promoted} is ${dead.kind}`;
        return { kind: "done", version, note };
      }
      return refused("new_still_alive", `Version ${promoted} was destroyed but is ${dead.kind}.`);
    },

    async ask(resume: RotationState): Promise<Truth> {
      if (resume === "revoking") {
        return { kind: "state", state: "revoking", note: "destroying again is harmless" };
      }
      if (resume !== "verified") {
        const waiting = await beside("vault.ask-staged");
        return {
          kind: "state",
          state: isOurs(waiting) ? "staged" : resume,
          note: "asked the vault",
        };
      }
      const now = await main("vault.ask-current");
      if (now.kind === "found" && isOurs(now)) return { kind: "promoted", version: now.version };
      if (now.kind === "found" && now.version === run.handles.old.version) {
        return { kind: "state", state: "verified", note: "asked the vault: not promoted" };
      }
      return MOVED_ON;
    },

    async undo(): Promise<Undoing> {
      const now = await main("vault.ask-current");
      if (now.kind === "found" && isOurs(now)) return { kind: "promoted", version: now.version };
      await unstage();
      return { kind: "undone" };
    },
  };
}
