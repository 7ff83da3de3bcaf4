import { PROBE } from "#server/embedded/demo/ensure-pki.ts";
import { newAuthorities } from "#server/worker/rotation/testing/pki-fixture.ts";
import type { RotationFixture } from "#server/worker/rotation/testing/rotation-fixture.ts";
import type { CrashSubject } from "./crash-subject.ts";

export async function pkiRootSubject(fixture: RotationFixture): Promise<CrashSubject> {
  const { root } = await newAuthorities(fixture);
  return authoritySubject(fixture, root, 3);
}

export async function pkiIntermediateSubject(fixture: RotationFixture): Promise<CrashSubject> {
  const { root, intermediate } = await newAuthorities(fixture);
  const subject = await authoritySubject(fixture, intermediate, 3);
  const above = fixture.client.pkiSuccession(root.mount);
  const old = await fixture.client.pkiSuccession(intermediate.mount).issuers.issuer("default");
  return {
    ...subject,
    async lost() {
      const isListed = await above.isRevoked(old?.serialNumber ?? "");
      return [
        ...(await subject.lost()),
        ...(isListed ? [] : ["the root's list lacks the old one"]),
      ];
    },
  };
}

async function authoritySubject(
  { client }: RotationFixture,
  { bindingId, mount }: { bindingId: string; mount: string },
  issuersAfter: number,
): Promise<CrashSubject> {
  const pki = client.pkiSuccession(mount);
  const { role, probeName } = PROBE;
  const old = (await pki.issuers.issuer("default"))?.issuerId ?? "";
  return {
    bindingId,
    async unusable() {
      const state = await pki.probe("default", role, probeName);
      return state === "issues" ? null : "the default issuer is refused";
    },
    async lost() {
      const faults: string[] = [];
      if ((await pki.issuers.issuer("default"))?.issuerId === old) faults.push("no new issuer");
      if ((await pki.probe(old, role, probeName)) !== "refused") faults.push("the old one issues");
      return faults;
    },
    async doubled() {
      const issuers = await pki.issuers.issuers();
      return issuers.length === issuersAfter
        ? []
        : [`issuers: ${issuers.map(({ name }) => name || "nameless").join(", ")}`];
    },
  };
}
