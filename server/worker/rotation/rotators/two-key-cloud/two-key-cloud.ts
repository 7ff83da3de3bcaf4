import "server-only";
import type { RotationState } from "#server/engines/rotation/state-machine.ts";
import type { TwoKeyCloud } from "#server/features/rotation/schema.ts";
import { OpenBaoError } from "#server/integrations/openbao/openbao-error.ts";
import type { SecretValue } from "#server/platform/secret-value.ts";
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
} from "../../outcome.ts";
import type { OutsideCall } from "../../outside.ts";
import { OutsideTrouble, ValueMissingError } from "../../outside-trouble.ts";
import { MOVED_ON_SINCE, restored } from "../../restored.ts";
import type { RotationRun } from "../../rotation-run.ts";
import type { Rotator } from "../../rotator.ts";
import { fieldsWith, readValue, type ValueRead } from "../kv-value.ts";
import { providerOf, providerWrite, type Slot } from "./two-key-provider.ts";

const MOVED_ON = refused(
  "vault_moved_on",
  "Somebody else wrote the vault's main path meanwhile. Nothing was changed there.",
);
const UNKNOWN_MARK = "unknown";

/**
 * Two keys of a cloud resource take turns: the one at rest is made anew, tried, and given to the
 * consumers; after the grace the other one is made anew as well, which ends the value that was in use.
 */
export function twoKeyCloud(run: RotationRun, settings: TwoKeyCloud): Rotator {
  const { path } = run.claim;
  const { field } = settings;
  const provider = () => providerOf(run, settings);
  const isOurs = (read: ValueRead) => read.kind === "found" && read.rotationId === run.rotationId;
  const main = (call: OutsideCall, version?: number) =>
    readValue(run, settings, version ? { call, path, version } : { call, path });
  const slots = (call: OutsideCall) => run.outside(call, () => provider().slots());
  const isSame = (a: SecretValue, b: SecretValue) => a.reveal() === b.reveal();

  async function slot(call: OutsideCall, name: string | undefined): Promise<Slot> {
    const found = (await slots(call)).find((each) => each.name === name);
    if (found) return found;
    throw new OutsideTrouble({ errorCode: "slot_missing", errorText: `There is no ${name}.` });
  }

  async function regenerate(call: OutsideCall, name: string) {
    return providerWrite(() => run.outside(call, () => provider().regenerate(name)));
  }

  async function oldValue(call: OutsideCall) {
    const old = await main(call, run.handles.old.version);
    if (old.kind !== "found") throw new ValueMissingError("old value", old.kind);
    return old.value;
  }

  return {
    async look(): Promise<Look> {
      const found = await main("vault.read-current");
      if (found.kind === "malformed") {
        return refused("current_malformed", `The secret ${found.why}.`);
      }
      if (found.kind !== "found") {
        return refused("current_missing", `The vault's main path is ${found.kind}.`);
      }
      if (run.oldHandle && run.newHandle) {
        return { kind: "fit", oldHandle: run.oldHandle, newHandle: run.newHandle };
      }
      const both = await slots("cloud.list-keys");
      const used = both.find(({ value }) => isSame(value, found.value));
      const rest = both.find(({ name }) => name !== used?.name);
      if (!used || !rest) {
        return refused("current_unknown", "The vault's value is neither key of the resource.");
      }
      return {
        kind: "fit",
        oldHandle: { version: found.version, role: used.name },
        newHandle: { version: null, role: rest.name, ref: rest.mark ?? UNKNOWN_MARK },
      };
    },

    async stage(): Promise<Outcome> {
      const { role = "", ref } = run.handles.new;
      const { mark } = await slot("cloud.read-rest", role);
      // A key of the slot that nobody has yet: making it twice would harm nobody, and is avoided.
      if (mark !== null && mark !== ref) return done(`${role} was made anew`);
      return (await regenerate("cloud.renew-rest", role)) ?? done(`${role} was made anew`);
    },

    async apply() {
      return done("nothing to set: the resource takes both keys");
    },

    async verify(): Promise<Outcome> {
      const fresh = await slot("cloud.read-new", run.handles.new.role);
      const found = await run.outside("cloud.try-new", () => provider().tryOut(fresh.value));
      if (found === "accepted") return done(`the resource takes ${fresh.name}`);
      // Just made, it may not be known everywhere yet: for later.
      throw new OutsideTrouble({
        errorCode: "new_key_refused",
        errorText: `The resource does not take the new ${fresh.name}.`,
      });
    },

    async promote(): Promise<Promotion> {
      const now = await main("vault.recheck-current");
      if (now.kind !== "found") throw new ValueMissingError("current value", now.kind);
      if (isOurs(now)) {
        return { kind: "done", version: now.version, note: `version ${now.version}` };
      }
      const { value } = await slot("cloud.read-new", run.handles.new.role);
      try {
        const version = await run.outside("vault.promote", () =>
          run.kv.write(
            path,
            fieldsWith(run, field, { value, kept: now.kept }),
            run.handles.old.version,
          ),
        );
        return { kind: "done", version, note: `version ${version}` };
      } catch (error) {
        if (!(error instanceof OpenBaoError)) throw error;
        if (error.failure === "cas_mismatch") return MOVED_ON;
        if (error.changedNothing) throw error;
        return unknown("vault_outcome_unknown", error.message);
      }
    },

    async settle() {},

    async revoke(): Promise<Revocation> {
      const { role = "" } = run.handles.old;
      const now = await main("vault.recheck-current");
      if (now.kind !== "found") {
        return refused("current_missing", `The vault's main path is ${now.kind}.`);
      }
      const old = await oldValue("vault.read-old");
      if (isSame(now.value, old)) {
        return orphaned(
          "vault_moved_on",
          `Somebody put the old value back into the vault, so ${role} was left alone.`,
        );
      }
      const current = await slot("cloud.read-old", role);
      if (!isSame(current.value, old)) return done(`${role} had been made anew`);
      return (await regenerate("cloud.renew-old", role)) ?? done(`${role} was made anew`);
    },

    async proveDead(): Promise<Outcome> {
      const { role = "" } = run.handles.old;
      const old = await oldValue("vault.read-old");
      const found = await run.outside("cloud.probe-old", () => provider().tryOut(old));
      if (found === "refused") return done(`the resource refuses the old ${role}`);
      return refused("old_still_alive", `The resource still takes the old ${role}.`);
    },

    async destroy() {
      const { version } = run.handles.old;
      await run.outside("vault.destroy-old", () => run.kv.destroyVersions(path, [version]));
      return `version ${version} destroyed`;
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
        const value = await oldValue("vault.read-old");
        const fields = fieldsWith(run, field, { value, kept: now.kept }, back);
        const written = await restored(() =>
          run.outside("vault.restore", () => run.kv.write(path, fields, promoted)),
        );
        if (typeof written !== "number") return written;
        version = written;
      }
      const given = await main("vault.read-given", promoted);
      if (given.kind === "found") {
        const rest = await slot("cloud.read-new", fresh.role);
        if (isSame(rest.value, given.value)) {
          const unsure = await regenerate("cloud.renew-new", rest.name);
          if (unsure) return unsure;
        }
        const state = await run.outside("cloud.probe-new", () => provider().tryOut(given.value));
        if (state === "accepted") {
          return refused("new_still_alive", `The resource still takes the new ${fresh.role}.`);
        }
        await run.outside("vault.destroy-new", () => run.kv.destroyVersions(path, [promoted]));
      }
      const note = `version ${version} holds ${old.role} again; the new ${fresh.role} is refused`;
      return { kind: "done", version, note };
    },

    async ask(resume: RotationState): Promise<Truth> {
      if (resume !== "verified") {
        return {
          kind: "state",
          state: resume,
          note: "to be looked at again before it is repeated",
        };
      }
      const now = await main("vault.ask-current");
      if (now.kind === "found" && isOurs(now)) return { kind: "promoted", version: now.version };
      if (now.kind === "found" && now.version === run.handles.old.version) {
        return { kind: "state", state: "verified", note: "asked the vault: not promoted" };
      }
      return MOVED_ON;
    },

    /** The new key of the slot at rest stays: nobody was given it, and it is made anew next time. */
    async undo(): Promise<Undoing> {
      const now = await main("vault.ask-current");
      if (now.kind === "found" && isOurs(now)) return { kind: "promoted", version: now.version };
      return { kind: "undone" };
    },
  };
}
