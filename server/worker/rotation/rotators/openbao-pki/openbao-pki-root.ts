import "server-only";
import { X509Certificate } from "node:crypto";
import type { OpenbaoPkiRoot } from "#server/features/rotation/schema.ts";
import { done, refused } from "../../outcome.ts";
import type { RotationRun } from "../../rotation-run.ts";
import type { Rotator } from "../../rotator.ts";
import { vaultWrite } from "../../vault-write.ts";
import { authority } from "./authority.ts";

/** A root: nobody signed it, so nobody lists it; its end is that OpenBao issues with it no more. */
export function openbaoPkiRoot(run: RotationRun, settings: OpenbaoPkiRoot): Rotator {
  const { mount, commonName, ttlSeconds } = settings;
  const pki = run.vault.pkiSuccession(mount);
  const crossOf = (name: string) => `${name}-by-old`;

  return authority(run, settings, {
    misfit: ({ isSelfSigned }) =>
      isSelfSigned ? null : `The default issuer of ${mount} is no root: another one signed it.`,

    async stage(issuerName) {
      const request = { issuerName, commonName, ttlSeconds };
      const unsure = await vaultWrite(() =>
        run.outside("pki.make-root", () => pki.issuers.generateRoot(request)),
      );
      return unsure ?? done("a new root beside the old one");
    },

    async apply(newIssuer, oldIssuer) {
      if (!settings.crossSign) return done("not certified by the old root, as set");
      const names = { newIssuer, oldIssuer, name: crossOf(newIssuer) };
      const old = await run.outside("pki.read-old", () => pki.issuers.issuer(oldIssuer));
      if (!old) return refused("issuer_missing", `The mount ${mount} lost its old root.`);
      // It must not outlive the root that signs it: OpenBao would refuse.
      const left = Math.floor((old.notAfter.getTime() - Date.now()) / 1000) - 60;
      if (left < 3_600) return done("the old root ends too soon to certify the new one");
      const about = { commonName, ttlSeconds: Math.min(ttlSeconds, left) };
      let cross = "";
      const unsure = await vaultWrite(async () => {
        cross = await run.outside("pki.cross-sign", () => pki.crossSign(names, about));
      });
      if (unsure) return unsure;
      const isByOld = new X509Certificate(cross).verify(
        new X509Certificate(old.certificatePem).publicKey,
      );
      if (isByOld) return done("the old root certifies the new one's key");
      return refused("chain_broken", "The certificate of the new key is not the old root's.");
    },

    besides: (name) => [crossOf(name)],
    revokeAbove: async () => undefined,
    notRevokedAbove: async () => null,
  });
}
