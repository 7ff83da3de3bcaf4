import "server-only";
import type { RotationState } from "#server/engines/rotation/state-machine.ts";
import {
  done,
  type Look,
  type Promotion,
  refused,
  type Truth,
  type Undoing,
} from "../../outcome.ts";
import type { OutsideCall } from "../../outside.ts";
import type { RotationRun } from "../../rotation-run.ts";
import { keyVaultWrite } from "./key-vault-write.ts";

interface Version {
  version: string;
}

interface KeyVaultObject {
  kind: "key" | "secret";
  name: string;
  /** The newest version; null when there is no such object. */
  current(): Promise<Version | null>;
  versions(): Promise<readonly unknown[]>;
  /** The version that carries the mark of a rotation. */
  findByRotation(rotationId: string): Promise<Version | null>;
}

/**
 * What rotating a key and rotating a secret of Azure Key Vault have in common: nothing waits and there
 * is no compare-and-set, so making a version is the promotion. It is tagged with the rotation, and
 * after a crash it is found by that.
 */
export function keyVaultVersions(run: RotationRun, object: KeyVaultObject) {
  const { kind, name } = object;
  const oldVersion = () => run.handles.old.ref ?? "";
  const newNumber = () => run.handles.old.version + 1;
  const ours = (call: OutsideCall) =>
    run.outside(call, () => object.findByRotation(run.rotationId));
  const missing = refused(`${kind}_missing`, `There is no ${kind} ${name} in Key Vault.`);

  return {
    oldVersion,
    newNumber,
    ours,

    async look(): Promise<Look> {
      if (run.oldHandle && run.newHandle) {
        return { kind: "fit", oldHandle: run.oldHandle, newHandle: run.newHandle };
      }
      const found = await run.outside("keyvault.read", () => object.current());
      if (!found) return missing;
      const versions = await run.outside("keyvault.list", () => object.versions());
      return {
        kind: "fit",
        oldHandle: { version: Math.max(1, versions.length), ref: found.version },
        newHandle: { version: null },
      };
    },

    async stage() {
      return done("the version in use is noted");
    },

    /** Makes the version, unless somebody else made one that isn't ours. */
    async promote(current: Version, make: () => Promise<Version>): Promise<Promotion> {
      if (current.version !== oldVersion() && !(await ours("keyvault.ask"))) {
        return refused("vault_moved_on", `Somebody else made a newer version of this ${kind}.`);
      }
      const made = await keyVaultWrite(make);
      if (made.kind === "unknown") return made;
      return { kind: "done", version: newNumber(), note: `version ${made.value.version}` };
    },

    async destroy() {
      return `version ${oldVersion()} stays, disabled: Key Vault deletes no single version`;
    },

    async ask(resume: RotationState): Promise<Truth> {
      if (resume !== "verified") {
        return { kind: "state", state: resume, note: `nothing in doubt changed the ${kind}` };
      }
      if (await ours("keyvault.ask")) return { kind: "promoted", version: newNumber() };
      return { kind: "state", state: "verified", note: "asked Key Vault: no new version" };
    },

    async undo(): Promise<Undoing> {
      if (await ours("keyvault.ask")) return { kind: "promoted", version: newNumber() };
      return { kind: "undone" };
    },
  };
}
