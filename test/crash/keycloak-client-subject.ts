import { keycloakOf } from "#server/worker/rotation/testing/keycloak-fixture.ts";
import type { RotationFixture } from "#server/worker/rotation/testing/rotation-fixture.ts";
import type { CrashSubject } from "./crash-subject.ts";
import { extraVersions } from "./extra-versions.ts";

/** A client of the development identity provider, whose old secret has a grace. */
export async function keycloakClientSubject(fixture: RotationFixture): Promise<CrashSubject> {
  const keycloak = await keycloakOf(fixture);
  const client = await keycloak.newClient();
  const before = await client.value();
  const find = async () => {
    const answer = await keycloak.admin("GET", `clients?clientId=${client.clientId}`);
    const [found] = (await answer.json()) as { attributes: Record<string, string> }[];
    return found?.attributes ?? {};
  };
  return {
    bindingId: client.bindingId,
    async unusable() {
      const value = await client.value();
      const result = value ? await client.probe(value) : "absent";
      const isStill = (await client.value())?.reveal() === value?.reveal();
      return result === "accepted" || !isStill ? null : `the current secret is ${result}`;
    },
    async lost() {
      const faults: string[] = [];
      const now = await client.value();
      if (!now || !before) return ["there is no value"];
      if (now.reveal() === before.reveal()) faults.push("there is no new value");
      if ((await client.probe(now)) !== "accepted") faults.push("the new secret is not accepted");
      if ((await client.probe(before)) !== "refused") faults.push("the old secret is not dead");
      return faults;
    },
    async doubled() {
      const { "client.secret.rotated": rotated } = await find();
      const left = rotated ? ["a rotated secret is still kept"] : [];
      return [...left, ...(await extraVersions(fixture, client.path))];
    },
  };
}
