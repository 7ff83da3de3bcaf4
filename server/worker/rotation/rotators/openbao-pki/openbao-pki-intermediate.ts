import "server-only";
import type { OpenbaoPkiIntermediate } from "#server/features/rotation/schema.ts";
import { done } from "../../outcome.ts";
import type { RotationRun } from "../../rotation-run.ts";
import type { Rotator } from "../../rotator.ts";
import { vaultWrite } from "../../vault-write.ts";
import { authority } from "./authority.ts";

/** An authority below a root of another mount: its key never leaves its own, the root signs and revokes it. */
export function openbaoPkiIntermediate(
  run: RotationRun,
  settings: OpenbaoPkiIntermediate,
): Rotator {
  const { mount, rootMount, commonName, ttlSeconds } = settings;
  const pki = run.vault.pkiSuccession(mount);
  const root = run.vault.pkiSuccession(rootMount);

  return authority(run, settings, {
    misfit: ({ isSelfSigned }) =>
      isSelfSigned ? `The default issuer of ${mount} is a root: it signed itself.` : null,

    async stage(name) {
      const unsure = await vaultWrite(async () => {
        const csr = await run.outside("pki.make-request", () => pki.csrFor({ name, commonName }));
        // A certificate that was signed and never taken is forgotten: its key gets another.
        const isTaken = await run.outside("pki.find-taken", () => pki.isTaken(name));
        if (isTaken) return;
        const about = { commonName, ttlSeconds };
        const chain = await run.outside("pki.sign", () => root.sign("default", csr, about));
        await run.outside("pki.take", () => pki.issuers.setSignedIntermediate(chain, name));
      });
      return unsure ?? done(`signed by the default root of ${rootMount}`);
    },

    apply: async () => done("nothing to set: the new issuer waits beside the old one"),
    besides: () => [],

    async revokeAbove({ serialNumber }) {
      await run.outside("pki.revoke-above", () => root.issuers.revokeCertificate(serialNumber));
    },

    async notRevokedAbove({ serialNumber }) {
      const isListed = await run.outside("pki.read-list", () => root.isRevoked(serialNumber));
      if (isListed) return null;
      return `The revocation lists of ${rootMount} do not name ${serialNumber}.`;
    },
  });
}
