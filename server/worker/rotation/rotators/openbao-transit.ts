import "server-only";
import type { OpenbaoTransit } from "#server/features/rotation/schema.ts";
import { OpenBaoError } from "#server/integrations/openbao/openbao-error.ts";
import type { TransitKey } from "#server/integrations/openbao/transit-key.ts";
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
} from "../outcome.ts";
import type { OutsideCall } from "../outside.ts";
import { OutsideTrouble } from "../outside-trouble.ts";
import type { RotationRun } from "../rotation-run.ts";
import type { Rotator } from "../rotator.ts";

/**
 * A key that never leaves OpenBao. Before anything changes, the version in use makes something that
 * it alone can read; that same thing must be refused in the end. Rotating is what consumers notice,
 * so it is the promotion; it has no idempotency key, so the version before it is recorded first.
 */
export function openbaoTransit(run: RotationRun, { mount, key, trim }: OpenbaoTransit): Rotator {
  const transit = run.vault.transit(mount);

  async function readKey(call: OutsideCall): Promise<TransitKey> {
    const found = await run.outside(call, () => transit.read(key));
    if (found) return found;
    throw new OutsideTrouble({ errorCode: "key_missing", errorText: `There is no key ${key}.` });
  }

  function evidence() {
    const kept = run.handles.old.evidence;
    if (!kept) throw new Error("this rotation has no evidence of the old version");
    return kept;
  }

  function newVersion(): number {
    const { version } = run.handles.new;
    if (!version) throw new Error("this rotation was not promoted");
    return version;
  }

  return {
    async look(): Promise<Look> {
      const found = await run.outside("transit.read", () => transit.read(key));
      if (!found) return refused("key_missing", `There is no key ${key} at ${mount}.`);
      const { latestVersion: version } = found;
      // A resumed rotation may find its own new version here already.
      if (run.oldHandle && run.newHandle) {
        return { kind: "fit", oldHandle: run.oldHandle, newHandle: run.newHandle };
      }
      const made = await run.outside("transit.make-evidence", () =>
        transit.makeEvidence(key, version, `rotation ${run.rotationId}`),
      );
      return { kind: "fit", oldHandle: { version, evidence: made }, newHandle: { version: null } };
    },

    async stage() {
      return done(`version ${run.handles.old.version} is in use; its evidence is kept`);
    },

    async apply() {
      return done("nothing to set: OpenBao makes the key itself");
    },

    async verify(): Promise<Outcome> {
      const state = await run.outside("transit.probe-alive", () => transit.probe(key, evidence()));
      if (state === "alive") return done("the version in use reads its evidence");
      return refused("evidence_dead", "The version in use does not read what it made.");
    },

    async promote(): Promise<Promotion> {
      const { version: before } = run.handles.old;
      try {
        const after = await run.outside("transit.rotate", () => transit.rotateFrom(key, before));
        return {
          kind: "done",
          version: after.latestVersion,
          note: `version ${after.latestVersion}`,
        };
      } catch (error) {
        if (!(error instanceof OpenBaoError) || error.changedNothing) throw error;
        return unknown("vault_outcome_unknown", error.message);
      }
    },

    /** The new version has to work before the old one is let go. */
    async settle() {
      const version = newVersion();
      const state = await run.outside("transit.try-new", async () => {
        const made = await transit.makeEvidence(key, version, `rotation ${run.rotationId}`);
        return transit.probe(key, made);
      });
      if (state === "alive") return;
      throw new OutsideTrouble({
        errorCode: "new_version_refused",
        errorText: `Version ${version} does not read what it made.`,
      });
    },

    async revoke(): Promise<Revocation> {
      const version = newVersion();
      const found = await readKey("transit.recheck");
      if (found.minDecryptionVersion < version) {
        await run.outside("transit.retire-old", () =>
          transit.setMinimumVersions(key, { minDecryptionVersion: version }),
        );
      }
      return done(`versions below ${version} decrypt and verify no more`);
    },

    async proveDead(): Promise<Outcome> {
      const state = await run.outside("transit.probe-old", () => transit.probe(key, evidence()));
      const { version } = run.handles.old;
      if (state === "dead") return done(`version ${version} refused what it made`);
      return refused("old_still_alive", `Version ${version} still reads what it made.`);
    },

    async destroy() {
      const version = newVersion();
      if (!trim) return `versions below ${version} are kept, unusable; nothing was trimmed`;
      await run.outside("transit.trim", async () => {
        await transit.setMinimumVersions(key, { minEncryptionVersion: version });
        await transit.trim(key, version);
      });
      return `versions below ${version} destroyed`;
    },

    async ask(resume): Promise<Truth> {
      if (resume !== "verified") {
        return { kind: "state", state: resume, note: "nothing in doubt changed the key" };
      }
      const { latestVersion } = await readKey("transit.ask");
      if (latestVersion > run.handles.old.version) {
        return { kind: "promoted", version: latestVersion };
      }
      return { kind: "state", state: "verified", note: "asked OpenBao: not rotated" };
    },

    async undo(): Promise<Undoing> {
      const { latestVersion } = await readKey("transit.ask");
      if (latestVersion <= run.handles.old.version) return { kind: "undone" };
      return { kind: "promoted", version: latestVersion };
    },
  };
}
