import "server-only";
import { X509Certificate } from "node:crypto";
import type { RotationState } from "#server/engines/rotation/state-machine.ts";
import type { OpenbaoPkiIntermediate, OpenbaoPkiRoot } from "#server/features/rotation/schema.ts";
import type { Issuer } from "#server/integrations/openbao/pki.ts";
import type { PkiSuccession } from "#server/integrations/openbao/pki-succession.ts";
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
} from "../../outcome.ts";
import type { OutsideCall } from "../../outside.ts";
import { OutsideTrouble } from "../../outside-trouble.ts";
import type { RotationRun } from "../../rotation-run.ts";
import type { Rotator } from "../../rotator.ts";
import { vaultWrite } from "../../vault-write.ts";

/** What is particular to a kind of authority. */
export interface Making {
  /** Why this issuer can't be succeeded in this way; null when it can. */
  misfit(current: Issuer): string | null;
  stage(name: string): Promise<Outcome>;
  apply(name: string, oldIssuer: string): Promise<Outcome>;
  /** Issuers besides the new one that staging left, for undoing. */
  besides(name: string): readonly string[];
  /** Ends the old issuer with whoever signed it. */
  revokeAbove(old: Issuer): Promise<void>;
  /** Null when whoever signed it says that it is revoked. */
  notRevokedAbove(old: Issuer): Promise<string | null>;
}

/**
 * An authority of an OpenBao PKI mount: the new issuer is made beside the old one, tried, made the
 * default; the old one stays trusted for the grace, then may issue no more, which is tried as well.
 */
export function authority(
  run: RotationRun,
  settings: OpenbaoPkiRoot | OpenbaoPkiIntermediate,
  making: Making,
): Rotator {
  const { role, probeName } = settings;
  const pki: PkiSuccession = run.vault.pkiSuccession(settings.mount);
  const name = `rotation-${run.rotationId}`;
  const newNumber = () => run.handles.old.version + 1;
  const oldIssuer = () => run.handles.old.ref ?? "";

  async function issuer(call: OutsideCall, reference: string): Promise<Issuer> {
    const found = await run.outside(call, () => pki.issuers.issuer(reference));
    if (found) return found;
    throw new OutsideTrouble({
      errorCode: "issuer_missing",
      errorText: `The mount ${settings.mount} has no issuer ${reference}.`,
    });
  }

  async function defaultIs(call: OutsideCall): Promise<"old" | "new" | "another"> {
    const current = await issuer(call, "default");
    if (current.issuerId === oldIssuer()) return "old";
    return current.name === name ? "new" : "another";
  }

  return {
    async look(): Promise<Look> {
      if (run.oldHandle && run.newHandle) {
        return { kind: "fit", oldHandle: run.oldHandle, newHandle: run.newHandle };
      }
      const current = await run.outside("pki.read-default", () => pki.issuers.issuer("default"));
      if (!current) return refused("issuer_missing", `${settings.mount} has no default issuer.`);
      const misfit = making.misfit(current);
      if (misfit) return refused("issuer_unfit", misfit);
      if (await run.outside("pki.read-config", () => pki.followsLatest())) {
        return refused(
          "default_follows_latest",
          "A new issuer would sign untried: default_follows_latest_issuer is on in this mount.",
        );
      }
      const issuers = await run.outside("pki.list", () => pki.issuers.issuers());
      return {
        kind: "fit",
        oldHandle: { version: issuers.length, ref: current.issuerId },
        newHandle: { version: null, ref: name },
      };
    },

    stage: () => making.stage(name),

    apply: () => making.apply(name, oldIssuer()),

    async verify(): Promise<Outcome> {
      const fresh = await issuer("pki.read-new", name);
      const leaf = new X509Certificate(
        await run.outside("pki.issue-new", () => pki.issueFrom(name, role, probeName)),
      );
      const above = new X509Certificate(fresh.certificatePem);
      if (leaf.checkIssued(above) && leaf.verify(above.publicKey)) {
        return done("a leaf of the new issuer chains to it");
      }
      return refused("chain_broken", "A leaf of the new issuer does not chain to it.");
    },

    async promote(): Promise<Promotion> {
      const before = await defaultIs("pki.recheck");
      if (before === "another") {
        return refused("vault_moved_on", "Somebody else made another issuer the default.");
      }
      const unsure = await vaultWrite(() =>
        run.outside("pki.set-default", () => pki.issuers.setDefault(name)),
      );
      return unsure ?? { kind: "done", version: newNumber(), note: `issuer ${name}` };
    },

    /** What asks for no particular issuer has to get a leaf of the new one. */
    async settle() {
      const fresh = await issuer("pki.read-new", name);
      const leaf = await run.outside("pki.issue-default", () =>
        pki.issueFrom("default", role, probeName),
      );
      const isNew = new X509Certificate(leaf).verify(
        new X509Certificate(fresh.certificatePem).publicKey,
      );
      if (isNew) return;
      throw new OutsideTrouble({
        errorCode: "default_is_not_new",
        errorText: "The default issuer is not the one that this rotation made.",
      });
    },

    async revoke(): Promise<Revocation> {
      if ((await defaultIs("pki.recheck")) === "old") {
        return orphaned("vault_moved_on", "Somebody made the old issuer the default again.");
      }
      const old = await issuer("pki.read-old", oldIssuer());
      await making.revokeAbove(old);
      await run.outside("pki.revoke-old", () => pki.issuers.revokeIssuer(oldIssuer()));
      return done("");
    },

    async proveDead(): Promise<Outcome> {
      const old = await issuer("pki.read-old", oldIssuer());
      const listed = await making.notRevokedAbove(old);
      if (listed) return refused("old_still_trusted", listed);
      const state = await run.outside("pki.probe-old", () =>
        pki.probe(oldIssuer(), role, probeName),
      );
      if (state === "refused") return done(`OpenBao refuses to issue with ${old.serialNumber}`);
      return refused("old_still_alive", `The issuer ${old.serialNumber} still issues.`);
    },

    async destroy() {
      return "the old issuer stays, revoked, to sign its revocation list";
    },

    /** The old issuer signs again; the new one is ended like an old one would be. */
    async takeBack(): Promise<TakenBack> {
      if ((await defaultIs("pki.ask")) === "another") {
        return orphaned("vault_moved_on", "Somebody made another issuer the default since.");
      }
      const unsure = await vaultWrite(() =>
        run.outside("pki.restore-default", () => pki.issuers.setDefault(oldIssuer())),
      );
      if (unsure) return unsure;
      const fresh = await issuer("pki.read-new", name);
      await making.revokeAbove(fresh);
      await run.outside("pki.revoke-new", () => pki.issuers.revokeIssuer(name));
      const listed = await making.notRevokedAbove(fresh);
      if (listed) return refused("new_still_trusted", listed);
      const state = await run.outside("pki.probe-new", () => pki.probe(name, role, probeName));
      if (state === "issues") {
        return refused("new_still_alive", `The issuer ${fresh.serialNumber} still issues.`);
      }
      const note = `the old issuer signs again; OpenBao refuses to issue with ${fresh.serialNumber}`;
      return { kind: "done", version: run.handles.old.version, note };
    },

    async ask(resume: RotationState): Promise<Truth> {
      if (resume === "verified" && (await defaultIs("pki.ask")) === "new") {
        return { kind: "promoted", version: newNumber() };
      }
      if (resume !== "requested" && resume !== "awaiting_approval") {
        return { kind: "state", state: resume, note: "asked OpenBao: to be done again" };
      }
      const made = await run.outside("pki.ask", () => pki.issuers.issuer(name));
      return { kind: "state", state: made ? "staged" : resume, note: "asked OpenBao" };
    },

    async undo(): Promise<Undoing> {
      if ((await defaultIs("pki.ask")) === "new") {
        return { kind: "promoted", version: newNumber() };
      }
      await run.outside("pki.discard", () => pki.discard([...making.besides(name), name], name));
      return { kind: "undone" };
    },
  };
}
