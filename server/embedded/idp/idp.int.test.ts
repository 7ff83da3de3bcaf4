import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import * as oidc from "openid-client";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { IdentityConfigSchema } from "../../features/identity/config.ts";
import { HttpBrowser, type Page } from "./testing/http-browser.ts";
import { type DevIdp, startDevIdp } from "./testing/start-dev-idp.ts";

const REALM = "acme-shop";
let idp: DevIdp;
let folder: string;
let consoleUrl: string;
let server: Server;
const logoutTokens: string[] = [];
const waiting: (() => void)[] = [];

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const token = new URLSearchParams(body).get("logout_token");
    if (token) logoutTokens.push(token);
    response.end("ok");
    for (const wake of waiting.splice(0)) wake();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  consoleUrl = `http://localhost:${(server.address() as AddressInfo).port}`;
  folder = await mkdtemp(join(tmpdir(), "dev-idp-"));
  idp = await startDevIdp({ folder, consoleUrl });
});

afterAll(async () => {
  await idp?.stop();
  server?.close();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(() => {
  logoutTokens.length = 0;
});

async function client(realm = REALM): Promise<oidc.Configuration> {
  const secret = await readFile(join(folder, `${realm}.client-secret`), "utf8");
  return oidc.discovery(
    new URL(`${idp.url}/realms/${realm}`),
    "sovereign-console",
    secret,
    undefined,
    { execute: [oidc.allowInsecureRequests] },
  );
}

async function openLogin(config: oidc.Configuration, browser: HttpBrowser, realm = REALM) {
  const verifier = oidc.randomPKCECodeVerifier();
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: `${consoleUrl}/api/auth/callback/kc-${realm}`,
    scope: "openid profile",
    state: "the-state",
    nonce: "the-nonce",
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  });
  return { verifier, page: await browser.get(url.href) };
}

async function finishLogin(config: oidc.Configuration, page: Page, verifier: string) {
  return oidc.authorizationCodeGrant(config, new URL(page.url), {
    pkceCodeVerifier: verifier,
    expectedState: "the-state",
    expectedNonce: "the-nonce",
  });
}

async function signIn(user: string, realm = REALM, browser = new HttpBrowser()) {
  const config = await client(realm);
  const { page, verifier } = await openLogin(config, browser, realm);
  const landed = await browser.submit(page, { username: user, password: "demo-password" });
  const tokens = await finishLogin(config, landed, verifier);
  return { config, tokens, browser };
}

test("writes an identity.json that the console accepts", async () => {
  const config = IdentityConfigSchema.parse(JSON.parse(await readFile(idp.identityFile, "utf8")));
  expect(config.topology).toBe("per-organization");
  expect(config.realms.map((each) => each.realm)).toEqual([
    "acme-shop",
    "catalyst-admin",
    "lulu-hypermarket",
    "muscatpharmacy",
  ]);
});

test("speaks under Keycloak's paths", async () => {
  const metadata = (await client()).serverMetadata();
  const base = `${idp.url}/realms/${REALM}`;
  expect(metadata.issuer).toBe(base);
  for (const [name, path] of Object.entries({
    authorization_endpoint: "auth",
    token_endpoint: "token",
    jwks_uri: "certs",
    userinfo_endpoint: "userinfo",
    end_session_endpoint: "logout",
  })) {
    expect(metadata[name]).toBe(`${base}/protocol/openid-connect/${path}`);
  }
  expect((await fetch(`${idp.url}/realms/nobody/.well-known/openid-configuration`)).status).toBe(
    404,
  );
});

test("a login page that needs no script and escapes what it shows", async () => {
  const browser = new HttpBrowser();
  const { page } = await openLogin(await client(), browser);
  expect(page.text).toContain("Development identity provider");
  expect(page.text).not.toContain("<script");
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
  const refused = await browser.submit(page, { username: `"><script>x`, password: "wrong" });
  expect(refused.text).toContain("Invalid username or password.");
  expect(refused.text).toContain("&quot;&gt;&lt;script&gt;x");
  expect(refused.text).not.toContain("<script");
  const again = await browser.submit(refused, { username: "developer", password: "demo-password" });
  expect(again.url).toContain(`${consoleUrl}/api/auth/callback/kc-${REALM}?code=`);
});

test("tokens carry what Keycloak's would", async () => {
  const { tokens } = await signIn("security-officer");
  const keys = createRemoteJWKSet(
    new URL(`${idp.url}/realms/${REALM}/protocol/openid-connect/certs`),
  );
  const issuer = `${idp.url}/realms/${REALM}`;
  const access = await jwtVerify(tokens.access_token, keys, { issuer, audience: "runtime-api" });
  const roles = { "runtime-api": { roles: ["security-officer"] } };
  expect(access.payload).toMatchObject({
    resource_access: roles,
    azp: "sovereign-console",
    demo: "true",
  });
  const id = await jwtVerify(tokens.id_token ?? "", keys, {
    issuer,
    audience: "sovereign-console",
  });
  expect(id.payload).toMatchObject({
    resource_access: roles,
    preferred_username: "security-officer",
    nonce: "the-nonce",
    acr: "1",
  });
  expect(id.payload.sid).toBe(access.payload.sid);
  expect(id.payload.auth_time).toBeTypeOf("number");
  expect((access.payload.exp ?? 0) - (access.payload.iat ?? 0)).toBe(900);
  expect(id.payload.tenants).toBeUndefined();
  const info = await fetch(`${issuer}/protocol/openid-connect/userinfo`, {
    headers: { authorization: `Bearer ${tokens.access_token}` },
  });
  expect(await info.json()).toMatchObject({
    sub: id.payload.sub,
    preferred_username: "security-officer",
  });
});

test("the Sovereign's realm names the tenants", async () => {
  const { tokens } = await signIn("compliance", "catalyst-admin");
  expect(tokens.claims()?.tenants).toEqual([
    "omantel",
    "muscatpharmacy",
    "acme-shop",
    "lulu-hypermarket",
  ]);
  const operator = await signIn("platform-operator", "catalyst-admin");
  expect(operator.tokens.claims()?.tenants).toEqual(["omantel"]);
});

test("refresh tokens rotate; a replayed one ends the whole family", async () => {
  const { config, tokens } = await signIn("developer");
  const first = tokens.refresh_token ?? "";
  const second = await oidc.refreshTokenGrant(config, first);
  expect(second.refresh_token).not.toBe(first);
  expect(decodeJwt(second.id_token ?? "").sid).toBe(tokens.claims()?.sid);
  await expect(oidc.refreshTokenGrant(config, first)).rejects.toMatchObject({
    error: "invalid_grant",
  });
  await expect(oidc.refreshTokenGrant(config, second.refresh_token ?? "")).rejects.toMatchObject({
    error: "invalid_grant",
  });
});

test("changed roles show in the next refresh, a disabled user gets none", async () => {
  const { config, tokens } = await signIn("org-admin");
  await idp.admin("PUT", `${REALM}/users/org-admin/roles`, { roles: ["developer"] });
  const changed = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? "");
  expect(decodeJwt(changed.access_token).resource_access).toEqual({
    "runtime-api": { roles: ["developer"] },
  });
  await idp.admin("PUT", `${REALM}/users/org-admin`, { enabled: false });
  await expect(oidc.refreshTokenGrant(config, changed.refresh_token ?? "")).rejects.toMatchObject({
    error: "invalid_grant",
  });
  await idp.admin("PUT", `${REALM}/users/org-admin`, { enabled: true });
  await idp.admin("PUT", `${REALM}/users/org-admin/roles`, { roles: ["org-admin"] });
});

test("the admin endpoint wants its token and knows its roles", async () => {
  const url = `${idp.url}/admin/realms/${REALM}/users/developer/roles`;
  const body = JSON.stringify({ roles: ["sovereign-admin"] });
  expect((await fetch(url, { method: "PUT", body })).status).toBe(401);
  expect(
    (await idp.admin("PUT", `${REALM}/users/developer/roles`, { roles: ["root"] })).status,
  ).toBe(400);
  expect((await idp.admin("PUT", `${REALM}/users/nobody/roles`, { roles: [] })).status).toBe(404);
});

test("sign-out with an ID token ends the session and tells the console", async () => {
  const { config, tokens, browser } = await signIn("compliance");
  const url = oidc.buildEndSessionUrl(config, {
    id_token_hint: tokens.id_token ?? "",
    post_logout_redirect_uri: `${consoleUrl}/sign-in`,
    state: "bye",
  });
  const landed = await browser.get(url.href);
  expect(landed.url).toBe(`${consoleUrl}/sign-in?state=bye`);
  expect(logoutTokens).toHaveLength(1);
  expect(decodeProtectedHeader(logoutTokens[0] ?? "").typ).toBe("logout+jwt");
  expect(decodeJwt(logoutTokens[0] ?? "")).toMatchObject({
    iss: `${idp.url}/realms/${REALM}`,
    aud: "sovereign-console",
    sid: tokens.claims()?.sid,
    events: { "http://schemas.openid.net/event/backchannel-logout": {} },
  });
  await expect(oidc.refreshTokenGrant(config, tokens.refresh_token ?? "")).rejects.toMatchObject({
    error: "invalid_grant",
  });
  const { page } = await openLogin(config, browser);
  expect(page.text).toContain('name="password"');
});

test("sign-out without an ID token asks first, and only there", async () => {
  const { browser, config, tokens } = await signIn("compliance");
  const logout = `${idp.url}/realms/${REALM}/protocol/openid-connect/logout`;
  const asked = await browser.get(logout);
  expect(asked.text).toContain("Sign out of Acme Shop?");
  expect((await browser.post(logout, { confirmation: "guess" })).text).toContain("Sign out of");
  await oidc.refreshTokenGrant(config, tokens.refresh_token ?? "");
  expect((await browser.submit(asked, {})).text).toContain("You are signed out.");
  expect(logoutTokens).toHaveLength(1);
});

test("sign-out sends nobody to an unlisted address", async () => {
  const { browser, tokens } = await signIn("compliance");
  const logout = `${idp.url}/realms/${REALM}/protocol/openid-connect/logout`;
  const page = await browser.get(
    `${logout}?id_token_hint=${tokens.id_token}&post_logout_redirect_uri=https://evil.example/`,
  );
  expect(page.status).toBe(400);
});

test("keys, users and sessions outlive a restart", async () => {
  const { tokens, config } = await signIn("developer", "muscatpharmacy");
  await idp.admin("PUT", "muscatpharmacy/users/developer/roles", { roles: ["compliance"] });
  const port = Number(new URL(idp.url).port);
  await idp.stop();
  idp = await startDevIdp({ folder, consoleUrl, port });
  const next = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? "");
  expect(decodeProtectedHeader(next.access_token).kid).toBe(
    decodeProtectedHeader(tokens.access_token).kid,
  );
  expect(decodeJwt(next.access_token).resource_access).toEqual({
    "runtime-api": { roles: ["compliance"] },
  });
});

test("refuses to run in production", async () => {
  const { spawnSync } = await import("node:child_process");
  const run = spawnSync(
    process.execPath,
    ["--conditions=react-server", join(import.meta.dirname, "main.ts")],
    {
      env: {
        NODE_ENV: process.env.NODE_ENV,
        CONSOLE_MODE: "production",
        CONSOLE_URL: consoleUrl,
        DEV_IDP_PORT: "0",
        DEV_IDP_DIR: folder,
      },
    },
  );
  expect(run.status).toBe(1);
  expect(String(run.stderr)).toContain("never in production");
});
