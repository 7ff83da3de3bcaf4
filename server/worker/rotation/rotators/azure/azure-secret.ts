import "server-only";
import type { AzureSecret } from "#server/features/rotation/schema.ts";
import { KeyVaultError } from "#server/integrations/azure-key-vault/key-vault-error.ts";
import {
  done,
  type Outcome,
  orphaned,
  type Promotion,
  type Revocation,
  refused,
  type TakenBack,
} from "../../outcome.ts";
import type { OutsideCall } from "../../outside.ts";
import { OutsideTrouble } from "../../outside-trouble.ts";
import type { RotationRun } from "../../rotation-run.ts";
import type { Rotator } from "../../rotator.ts";
import { freshValue } from "../kv-value.ts";
import { keyVaultOf } from "./key-vault-of.ts";
import { keyVaultVersions } from "./key-vault-versions.ts";
import { keyVaultWrite } from "./key-vault-write.ts";

const MOVED_ON = orphaned(
  "vault_moved_on",
  "Somebody else wrote this secret since. Nothing was taken back.",
);

/**
 * A token or client secret that is whatever Key Vault says it is. Key Vault has no compare-and-set and
 * no value that waits: the value is made when it is promoted, tagged with the rotation, and found by that.
 */
export function azureSecret(run: RotationRun, { secret, vault, bytes }: AzureSecret): Rotator {
  const secrets = () => keyVaultOf(run, vault).secrets;
  const versions = keyVaultVersions(run, {
    kind: "secret",
    name: secret,
    current: () => secrets().read(secret),
    versions: () => secrets().versions(secret),
    findByRotation: (rotationId) => secrets().findByRotation(secret, rotationId),
  });
  const { oldVersion, newNumber, ours } = versions;
  const read = (call: OutsideCall, version?: string) =>
    run.outside(call, () => secrets().read(secret, version));

  async function current(call: OutsideCall) {
    const found = await read(call);
    if (found) return found;
    throw new OutsideTrouble({
      errorCode: "secret_missing",
      errorText: `There is no secret ${secret} in Key Vault.`,
    });
  }

  /** Null when the version is disabled or gone: then nobody can have been given it again. */
  async function oldValue(call: OutsideCall) {
    try {
      return await read(call, oldVersion());
    } catch (error) {
      if (error instanceof KeyVaultError && error.failure === "disabled") return null;
      throw error;
    }
  }

  return {
    look: versions.look,
    stage: versions.stage,

    async apply() {
      return done("nothing to set: whoever checks the value reads Key Vault");
    },

    async verify(): Promise<Outcome> {
      const { version } = await current("keyvault.recheck");
      if (version === oldVersion()) return done("the version in use can be read");
      return refused("vault_moved_on", "Somebody else wrote this secret meanwhile.");
    },

    async promote(): Promise<Promotion> {
      const now = await current("keyvault.recheck");
      return versions.promote(now, () =>
        run.outside("keyvault.set", () =>
          secrets().set(secret, freshValue(bytes), { rotationId: run.rotationId }),
        ),
      );
    },

    /** The new value has to be readable, and another, before the old one is let go. */
    async settle() {
      const now = await current("keyvault.read-back");
      const before = await oldValue("keyvault.read-old");
      const isNew = now.version !== oldVersion() && now.value.reveal() !== before?.value.reveal();
      if (isNew) return;
      throw new OutsideTrouble({
        errorCode: "value_not_new",
        errorText: "Key Vault's current value is the old one.",
      });
    },

    async revoke(): Promise<Revocation> {
      const now = await current("keyvault.recheck");
      const before = await oldValue("keyvault.read-old");
      const isBack = now.version === oldVersion() || now.value.reveal() === before?.value.reveal();
      if (isBack) {
        return orphaned(
          "vault_moved_on",
          "Somebody put the old value back into Key Vault, so it was not disabled.",
        );
      }
      await run.outside("keyvault.disable-old", () => secrets().disable(secret, oldVersion()));
      return done("");
    },

    async proveDead(): Promise<Outcome> {
      const state = await run.outside("keyvault.probe-old", () =>
        secrets().probe(secret, oldVersion()),
      );
      if (state === "dead") return done(`Key Vault refuses version ${oldVersion()}: disabled`);
      return refused("old_still_alive", `Version ${oldVersion()} can still be read.`);
    },

    destroy: versions.destroy,

    async takeBack(): Promise<TakenBack> {
      const mark = `${run.rotationId}/back`;
      const fresh = await ours("keyvault.ask");
      if (!fresh) return refused("new_version_missing", "Key Vault has not the new version.");
      let back = await run.outside("keyvault.ask", () => secrets().findByRotation(secret, mark));
      if (!back) {
        const now = await current("keyvault.recheck");
        if (now.version !== fresh.version) return MOVED_ON;
        const before = await oldValue("keyvault.read-old");
        if (!before) return refused("old_value_gone", "The old version can't be read any more.");
        const written = await keyVaultWrite(() =>
          run.outside("keyvault.restore", () =>
            secrets().set(secret, before.value, { rotationId: mark }),
          ),
        );
        if (written.kind === "unknown") return written;
        back = written.value;
      }
      await run.outside("keyvault.disable-new", () => secrets().disable(secret, fresh.version));
      const state = await run.outside("keyvault.probe-new", () =>
        secrets().probe(secret, fresh.version),
      );
      if (state === "alive") {
        return refused("new_still_alive", `Version ${fresh.version} can still be read.`);
      }
      const note = `version ${back.version} holds the old value; ${fresh.version} is disabled`;
      return { kind: "done", version: newNumber() + 1, note };
    },

    ask: versions.ask,
    undo: versions.undo,
  };
}
