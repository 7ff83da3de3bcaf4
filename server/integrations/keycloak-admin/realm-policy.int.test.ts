import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { SecretValue } from "#server/platform/secret-value.ts";
import { readRealmPolicy } from "./realm-policy.ts";

/** Keycloak's admin API as far as a realm's policy goes; bodies as Keycloak 26 writes them. */
let server: Server;
let url: string;
let realm: Record<string, unknown>;
let actions: unknown;

beforeAll(async () => {
  server = createServer((request, response) => {
    const isKnown = request.headers.authorization === "Bearer let-me-look";
    const path = request.url ?? "";
    const body =
      path === "/admin/realms/shop" ? realm : path.endsWith("/required-actions") ? actions : null;
    const status = !isKnown ? 403 : body ? 200 : 404;
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(status === 200 ? body : { error: "no" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
});
beforeEach(() => {
  realm = {
    realm: "shop",
    passwordPolicy: "length(14) and notUsername(undefined) and passwordHistory(5)",
    bruteForceProtected: true,
    otpPolicyType: "totp",
  };
  actions = [
    { alias: "VERIFY_PROFILE", enabled: true, defaultAction: true },
    { alias: "CONFIGURE_TOTP", enabled: true, defaultAction: true },
  ];
});

const read = (name = "shop", token = "let-me-look") =>
  readRealmPolicy({ url, realm: name, token: async () => SecretValue.of(token) });

test("what the realm demands of passwords and second factors", async () => {
  expect(await read()).toEqual({
    passwordPolicy: "length(14) and notUsername(undefined) and passwordHistory(5)",
    isBruteForceProtected: true,
    otpType: "totp",
    isSecondFactorDefault: true,
  });
});

test("a realm that demands nothing says so; a second factor that is off does not count", async () => {
  realm = { realm: "shop" };
  actions = [{ alias: "CONFIGURE_TOTP", enabled: false, defaultAction: true }];
  expect(await read()).toEqual({
    passwordPolicy: null,
    isBruteForceProtected: false,
    otpType: null,
    isSecondFactorDefault: false,
  });
});

test("who may not look, a realm that isn't there and an odd answer are told apart", async () => {
  await expect(read("shop", "nobody")).rejects.toMatchObject({ failure: "permission_denied" });
  await expect(read("nowhere")).rejects.toMatchObject({ failure: "not_found" });
  actions = { odd: true };
  await expect(read()).rejects.toMatchObject({ failure: "outcome_unknown" });
});
