import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type DevIdp, startDevIdp } from "#server/embedded/idp/testing/start-dev-idp.ts";
import { IdentityConfigSchema } from "#server/features/identity/config.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { throwawayDirectory } from "#test/harness/throwaway-directory.ts";
import { KeycloakDirectory } from "./directory.ts";
import { serviceAccountToken } from "./service-account-token.ts";

let idp: DevIdp;
beforeAll(async () => {
  const folder = await throwawayDirectory();
  idp = await startDevIdp({ folder, consoleUrl: "http://localhost:3999" });
});
afterAll(() => idp.stop());

function directoryOf(realm: string): KeycloakDirectory {
  const config = IdentityConfigSchema.parse(JSON.parse(readFileSync(idp.identityFile, "utf8")));
  const directory = config.realms.find((each) => each.realm === realm)?.directory;
  if (!directory) throw new Error(`no directory for ${realm}`);
  const secret = readFileSync(directory.clientSecretFile, "utf8").trim();
  const token = serviceAccountToken({
    tokenEndpoint: `${idp.url}/realms/${realm}/protocol/openid-connect/token`,
    clientId: directory.clientId,
    clientSecret: async () => SecretValue.of(secret),
  });
  return new KeycloakDirectory({ url: idp.url, realm, roleClient: "runtime-api", token });
}

test("reads everybody of a realm with their roles, and takes one away that is then gone", async () => {
  const directory = directoryOf("acme-shop");
  const before = await directory.read();
  const developer = before.find(({ username }) => username === "developer");
  expect(developer).toMatchObject({ kind: "user", isEnabled: true, roles: ["developer"] });
  expect(before.some(({ kind }) => kind === "service")).toBe(true);
  const subject = developer?.subject ?? "";
  expect(await directory.removeRole(subject, "developer")).toBe("removed");
  expect(await directory.removeRole(subject, "developer")).toBe("absent");
  expect(await directory.removeRole("nobody", "developer")).toBe("absent");
  const after = await directory.read();
  expect(after.find((each) => each.subject === subject)?.roles).toEqual([]);
  expect(after).toHaveLength(before.length);
});

test("the Sovereign's realm says which tenants somebody is for", async () => {
  const [officer] = (await directoryOf("catalyst-admin").read()).filter(
    ({ username }) => username === "security-officer",
  );
  expect(officer?.attributes.tenants).toContain("acme-shop");
});

test("a token of another realm, or of nobody, reads nothing", async () => {
  const foreign = new KeycloakDirectory({
    url: idp.url,
    realm: "muscatpharmacy",
    roleClient: "runtime-api",
    token: async () => SecretValue.of("nobody"),
  });
  await expect(foreign.read()).rejects.toMatchObject({ failure: "permission_denied" });
});
