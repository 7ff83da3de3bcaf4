import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { staleRealmFiles } from "../../../../scripts/generate-realms.ts";
import { ROLES } from "../../../platform/authz/scopes.ts";
import { DEMO_SOVEREIGNS } from "./demo-sovereigns.ts";
import { realmFiles } from "./realm-file.ts";

const files = DEMO_SOVEREIGNS.flatMap(realmFiles);

test("the realm files on disk are those the scopes table generates", async () => {
  expect(await staleRealmFiles()).toEqual([]);
});

test("a changed, a missing and a left-over file are each named", async () => {
  const copy = await mkdtemp(join(tmpdir(), "realms-"));
  await cp(join(import.meta.dirname, "../../../../deploy/keycloak"), copy, { recursive: true });
  const [changed, missing] = [
    "per-organization/realm-acme-shop.json",
    "shared-sovereign/realm-analytics.json",
  ];
  const text = await readFile(join(copy, changed), "utf8");
  await writeFile(join(copy, changed), text.replace('"sovereign-admin"', '"root"'));
  await rm(join(copy, missing));
  await writeFile(join(copy, "shared-sovereign/realm-old.json"), "{}");
  expect(await staleRealmFiles(copy)).toEqual(
    [changed, missing, "shared-sovereign/realm-old.json"].sort(),
  );
  await rm(copy, { recursive: true });
});

test("generation is deterministic", () => {
  expect(DEMO_SOVEREIGNS.flatMap(realmFiles)).toEqual(files);
});

test.each(files.map((file) => [file.path, JSON.parse(file.content)]))(
  "%s defines every role and a safe client",
  (_path, realm) => {
    expect(realm.roles.client["runtime-api"].map((role: { name: string }) => role.name)).toEqual([
      ...ROLES,
    ]);
    expect(realm.revokeRefreshToken).toBe(true);
    expect(realm.refreshTokenMaxReuse).toBe(0);
    expect(realm.accessTokenLifespan).toBe(900);
    const client = realm.clients.find(
      (each: { clientId: string }) => each.clientId === "sovereign-console",
    );
    expect(client.directAccessGrantsEnabled).toBe(false);
    expect(client.redirectUris.join()).not.toContain("*");
    expect(client.attributes["pkce.code.challenge.method"]).toBe("S256");
    const accounts = realm.users.filter(
      (user: { serviceAccountClientId?: string }) => user.serviceAccountClientId,
    );
    expect(accounts).toEqual([
      expect.objectContaining({ serviceAccountClientId: "console-directory" }),
    ]);
    for (const user of realm.users) {
      if (!accounts.includes(user)) expect(user.attributes.demo).toEqual(["true"]);
    }
  },
);

test("nobody may edit the attributes that grant access to them", () => {
  const [component] = JSON.parse(files[0]?.content ?? "").components[
    "org.keycloak.userprofile.UserProfileProvider"
  ];
  const { attributes } = JSON.parse(component.config["kc.user.profile.config"][0]);
  for (const name of ["tenants", "demo"]) {
    const attribute = attributes.find((each: { name: string }) => each.name === name);
    expect(attribute.permissions.edit).toEqual(["admin"]);
  }
});
