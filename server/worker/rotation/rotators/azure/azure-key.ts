import "server-only";
import type { AzureKey } from "#server/features/rotation/schema.ts";
import type { KeyShape } from "#server/integrations/azure-key-vault/key-shape.ts";
import {
  done,
  type Outcome,
  orphaned,
  type Promotion,
  type Revocation,
  refused,
} from "../../outcome.ts";
import type { OutsideCall } from "../../outside.ts";
import { OutsideTrouble } from "../../outside-trouble.ts";
import type { RotationRun } from "../../rotation-run.ts";
import type { Rotator } from "../../rotator.ts";
import { keyVaultOf } from "./key-vault-of.ts";
import { keyVaultVersions } from "./key-vault-versions.ts";

/**
 * A key of Azure Key Vault. Whoever names no version uses the newest one, so making it is the
 * promotion. There is no compare-and-set: the version is tagged with the rotation, and found by that.
 */
export function azureKey(run: RotationRun, { key, vault }: AzureKey): Rotator {
  const keys = () => keyVaultOf(run, vault).keys;

  async function shapeOf(call: OutsideCall, version?: string) {
    const found = await run.outside(call, () => keys().shape(key, version));
    if (found) return found;
    throw new OutsideTrouble({ errorCode: "key_missing", errorText: `There is no key ${key}.` });
  }

  const versions = keyVaultVersions(run, {
    kind: "key",
    name: key,
    current: () => keys().shape(key),
    versions: () => keys().versions(key),
    findByRotation: (rotationId) => keys().findByRotation(key, rotationId),
  });
  const { oldVersion, ours } = versions;

  async function mine(call: OutsideCall) {
    const found = await ours(call);
    if (found) return found;
    throw new OutsideTrouble({
      errorCode: "new_version_missing",
      errorText: "The version that this rotation made is not in Key Vault.",
    });
  }

  async function probe(call: OutsideCall, version: string, shape: KeyShape) {
    return run.outside(call, () => keys().probe(key, version, shape));
  }

  return {
    look: versions.look,
    stage: versions.stage,

    async apply() {
      return done("nothing to set: Key Vault makes the key itself");
    },

    async verify(): Promise<Outcome> {
      const shape = await shapeOf("keyvault.recheck", oldVersion());
      const state = await probe("keyvault.probe-alive", oldVersion(), shape);
      if (state === "alive") return done("the version in use works");
      return refused("current_disabled", "The version in use is disabled.");
    },

    async promote(): Promise<Promotion> {
      const current = await shapeOf("keyvault.recheck");
      return versions.promote(current, () =>
        run.outside("keyvault.create", () =>
          keys().createVersion(key, { rotationId: run.rotationId, like: current }),
        ),
      );
    },

    /** The new version has to work before the old one is let go. */
    async settle() {
      const { version } = await mine("keyvault.find-new");
      const shape = await shapeOf("keyvault.recheck", version);
      if (await run.outside("keyvault.try-new", () => keys().tryOut(key, version, shape))) return;
      throw new OutsideTrouble({
        errorCode: "new_version_refused",
        errorText: `Version ${version} does not read what it made.`,
      });
    },

    async revoke(): Promise<Revocation> {
      const current = await shapeOf("keyvault.recheck");
      if (current.version === oldVersion()) {
        return orphaned("vault_moved_on", "The old version is the current one again.");
      }
      await run.outside("keyvault.disable-old", () => keys().disable(key, oldVersion()));
      return done("");
    },

    async proveDead(): Promise<Outcome> {
      const shape = await shapeOf("keyvault.recheck");
      const state = await probe("keyvault.probe-old", oldVersion(), shape);
      if (state === "dead") return done(`Key Vault refuses version ${oldVersion()}: disabled`);
      return refused("old_still_alive", `Version ${oldVersion()} can still be used.`);
    },

    destroy: versions.destroy,
    ask: versions.ask,
    undo: versions.undo,
  };
}
