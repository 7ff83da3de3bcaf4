import { type Browser, chromium } from "@playwright/test";
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import * as oidc from "openid-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium } from "#test/harness/chromium.ts";
import type { IdentityPeer } from "./identity-peer.ts";
import { fillLogin, RelyingParty, type SignedIn } from "./relying-party.ts";
import { stepUpContract } from "./step-up-contract.ts";

/** Names that Keycloak gives and the console may rely on. A provider gives these and no others. */
const ID_TOKEN = {
  always: ["iss", "aud", "sub", "exp", "iat", "nonce", "sid", "acr", "auth_time"],
  ours: ["preferred_username", "resource_access", "demo"],
  may: ["jti", "typ", "azp", "at_hash", "email_verified", "tenants"],
};
const ACCESS_TOKEN = {
  always: ["iss", "aud", "sub", "exp", "iat", "jti", "typ", "azp", "sid", "acr"],
  ours: ["resource_access", "demo", "preferred_username"],
  may: ["auth_time", "scope", "client_id", "email_verified", "allowed-origins", "tenants"],
};

export interface ContractSubject {
  readonly name: string;
  /** A realm of a tenant. */
  readonly realm: string;
  /** All tenants that the Sovereign's compliance user may enter, the Sovereign itself first. */
  readonly tenants: readonly string[];
  /** Where the console's stand-in listens; any free port when absent. */
  readonly port?: number;
  start(consoleUrl: string): Promise<IdentityPeer>;
}

/** What the console relies on an identity provider for, asked of the real one and of ours with the same words. */
export function claimsContract(subject: ContractSubject): void {
  const { realm } = subject;
  let browser: Browser;
  let party: RelyingParty;
  let peer: IdentityPeer;

  describe(`${subject.name} keeps the claims contract`, () => {
    beforeAll(async () => {
      browser = await chromium.launch(findChromium());
      party = await RelyingParty.start(browser, subject.port);
      peer = await subject.start(party.url);
    });

    afterAll(async () => {
      await peer?.stop();
      await party?.stop();
      await browser?.close();
    });

    test("endpoints stand at Keycloak's paths, and it promises what we need", async () => {
      const metadata = (await party.client(peer, realm)).serverMetadata();
      const base = peer.issuerOf(realm);
      expect(metadata).toMatchObject({
        issuer: base,
        authorization_endpoint: `${base}/protocol/openid-connect/auth`,
        token_endpoint: `${base}/protocol/openid-connect/token`,
        jwks_uri: `${base}/protocol/openid-connect/certs`,
        userinfo_endpoint: `${base}/protocol/openid-connect/userinfo`,
        end_session_endpoint: `${base}/protocol/openid-connect/logout`,
        backchannel_logout_supported: true,
        backchannel_logout_session_supported: true,
      });
      expect(metadata.code_challenge_methods_supported).toContain("S256");
      expect(metadata.id_token_signing_alg_values_supported).toContain("RS256");
    });

    test("tokens carry identity, session, roles and the demo mark, and nothing unheard of", async () => {
      const { tokens, askedAt } = await party.signIn(peer, realm, "security-officer");
      const issuer = peer.issuerOf(realm);
      const keys = createRemoteJWKSet(new URL(`${issuer}/protocol/openid-connect/certs`));
      const algorithms = ["RS256"];
      const id = await jwtVerify(tokens.id_token ?? "", keys, {
        issuer,
        audience: "sovereign-console",
        algorithms,
      });
      const access = await jwtVerify(tokens.access_token, keys, {
        issuer,
        audience: "runtime-api",
        algorithms,
      });
      const roles = { "runtime-api": { roles: ["security-officer"] } };
      const shared = { sub: id.payload.sub, sid: id.payload.sid, acr: "1", demo: "true" };
      expect(id.payload).toMatchObject({
        ...shared,
        preferred_username: "security-officer",
        resource_access: roles,
      });
      expect(access.payload).toMatchObject({
        ...shared,
        typ: "Bearer",
        azp: "sovereign-console",
        resource_access: roles,
      });
      expect(id.payload.aud).toBe("sovereign-console");
      expect(id.payload.sub).toMatch(/^[0-9a-f-]{36}$/);
      expect(id.payload.sid).toMatch(/^[\w-]{20,}$/);
      expect(id.payload.auth_time).toBeGreaterThanOrEqual(askedAt);
      for (const { payload } of [id, access]) {
        const seconds = (payload.exp ?? 0) - (payload.iat ?? 0);
        // Keycloak reads its clock twice, and on a busy machine seconds lie between.
        expect(Math.abs(seconds - 15 * 60)).toBeLessThanOrEqual(20);
      }
      expectNames(Object.keys(id.payload), ID_TOKEN);
      expectNames(Object.keys(access.payload), ACCESS_TOKEN);
    });

    test(
      "a second factor is demanded, given now, and shown; the session before goes on",
      () => stepUpContract(party, peer, realm),
      120_000,
    );

    test("each role arrives alone, under the same subject at every sign-in", async () => {
      const subjects = new Set<string>();
      for (const role of ["compliance", "org-admin", "developer"]) {
        const { tokens } = await party.signIn(peer, realm, role);
        expect(decodeJwt(tokens.access_token).resource_access).toEqual({
          "runtime-api": { roles: [role] },
        });
        expect(tokens.claims()?.tenants).toBeUndefined();
        subjects.add(tokens.claims()?.sub ?? "");
      }
      expect(subjects.size).toBe(3);
      const again = await party.signIn(peer, realm, "developer");
      expect(subjects).toContain(again.tokens.claims()?.sub);
    });

    test("the Sovereign's realm names the tenants a person may enter", async () => {
      const everywhere = await party.signIn(peer, "catalyst-admin", "compliance");
      expect(everywhere.tokens.claims()?.tenants).toEqual(subject.tenants);
      expect(decodeJwt(everywhere.tokens.access_token).tenants).toEqual(subject.tenants);
      const operator = await party.signIn(peer, "catalyst-admin", "platform-operator");
      expect(operator.tokens.claims()?.tenants).toEqual(subject.tenants.slice(0, 1));
    });

    test("a code without its verifier, and a request without a challenge, are refused", async () => {
      const config = await party.client(peer, realm);
      const context = await browser.newContext();
      const page = await context.newPage();
      const plain = oidc.buildAuthorizationUrl(config, {
        redirect_uri: party.redirectUri(realm),
        scope: "openid",
        state: "without-pkce",
      });
      await page.goto(plain.href);
      expect(new URL(page.url()).searchParams.get("error")).toBe("invalid_request");
      const elsewhere = new URL(plain);
      elsewhere.searchParams.set("redirect_uri", `${party.url}/elsewhere`);
      const refused = await page.goto(elsewhere.href);
      expect(refused?.status()).toBe(400);
      expect(new URL(page.url()).origin).toBe(new URL(peer.issuerOf(realm)).origin);
      await context.close();
    });

    test("a wrong password leads nowhere", async () => {
      const config = await party.client(peer, realm);
      const context = await browser.newContext();
      const page = await context.newPage();
      const verifier = oidc.randomPKCECodeVerifier();
      await page.goto(
        oidc.buildAuthorizationUrl(config, {
          redirect_uri: party.redirectUri(realm),
          scope: "openid",
          state: "wrong-password",
          code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
          code_challenge_method: "S256",
        }).href,
      );
      await fillLogin(page, "developer", "not-the-password");
      await page.getByText("Invalid username or password.").waitFor();
      expect(new URL(page.url()).origin).toBe(new URL(peer.issuerOf(realm)).origin);
      await context.close();
    });

    test("refresh tokens rotate within the session; a replayed one ends them all", async () => {
      const { config, tokens } = await party.signIn(peer, realm, "compliance");
      const first = tokens.refresh_token ?? "";
      const next = await oidc.refreshTokenGrant(config, first);
      expect(next.refresh_token).not.toBe(first);
      expect(next.access_token).not.toBe(tokens.access_token);
      const { sid, sub, auth_time } = decodeJwt(tokens.id_token ?? "");
      expect(decodeJwt(next.id_token ?? "")).toMatchObject({ sid, sub, auth_time });
      for (const token of [first, next.refresh_token ?? ""]) {
        await expect(oidc.refreshTokenGrant(config, token)).rejects.toMatchObject({
          error: "invalid_grant",
        });
      }
    });

    test("a role taken away is gone at the next refresh; one given arrives", async () => {
      const { config, tokens } = await party.signIn(peer, realm, "org-admin");
      await peer.setRoles(realm, "org-admin", []);
      const without = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? "");
      expect(rolesOf(without.access_token)).toEqual([]);
      await peer.setRoles(realm, "org-admin", ["org-admin", "developer"]);
      const both = await oidc.refreshTokenGrant(config, without.refresh_token ?? "");
      expect(rolesOf(both.access_token)).toEqual(["developer", "org-admin"]);
      await peer.setRoles(realm, "org-admin", ["org-admin"]);
    });

    test("who is disabled gets no new token", async () => {
      const { config, tokens } = await party.signIn(peer, realm, "developer");
      await peer.setEnabled(realm, "developer", false);
      await expect(
        oidc.refreshTokenGrant(config, tokens.refresh_token ?? ""),
      ).rejects.toMatchObject({ error: "invalid_grant" });
      await peer.setEnabled(realm, "developer", true);
    });

    test("a session ended by an administrator is told by back-channel, and its tokens are dead", async () => {
      const [ended, kept] = [
        await party.signIn(peer, realm, "security-officer"),
        await party.signIn(peer, realm, "security-officer"),
      ];
      const sid = String(ended.tokens.claims()?.sid);
      await peer.endSession(realm, sid);
      expectLogoutToken(await party.logoutTokenOf(sid), peer.issuerOf(realm), sid);
      await expect(refresh(ended)).rejects.toMatchObject({ error: "invalid_grant" });
      await refresh(kept);
    });

    test("a person signed out by an administrator loses every session", async () => {
      const all = [
        await party.signIn(peer, realm, "compliance"),
        await party.signIn(peer, realm, "compliance"),
      ];
      await peer.logoutUser(realm, "compliance");
      for (const { config, tokens } of all) {
        await party.logoutTokenOf(String(tokens.claims()?.sid));
        await expect(
          oidc.refreshTokenGrant(config, tokens.refresh_token ?? ""),
        ).rejects.toMatchObject({ error: "invalid_grant" });
      }
    });

    test("sign-out comes back to us, ends the provider's session and tells the back channel", async () => {
      const signedIn = await party.signIn(peer, realm, "developer");
      const { config, tokens, page } = signedIn;
      await page.goto(
        oidc.buildEndSessionUrl(config, {
          id_token_hint: tokens.id_token ?? "",
          post_logout_redirect_uri: `${party.url}/sign-in`,
        }).href,
      );
      expect(page.url()).toBe(`${party.url}/sign-in`);
      const sid = String(tokens.claims()?.sid);
      expectLogoutToken(await party.logoutTokenOf(sid), peer.issuerOf(realm), sid);
      await expect(refresh(signedIn)).rejects.toMatchObject({ error: "invalid_grant" });
      const again = oidc.buildAuthorizationUrl(config, {
        redirect_uri: party.redirectUri(realm),
        scope: "openid",
        prompt: "none",
        state: "still-there",
        code_challenge: await oidc.calculatePKCECodeChallenge(oidc.randomPKCECodeVerifier()),
        code_challenge_method: "S256",
      });
      await page.goto(again.href);
      expect(new URL(page.url()).searchParams.get("error")).toBe("login_required");
    });
  });
}

function refresh({ config, tokens }: SignedIn) {
  return oidc.refreshTokenGrant(config, tokens.refresh_token ?? "");
}

/** No role at all may arrive as an absent claim. */
function rolesOf(accessToken: string): string[] {
  const access = decodeJwt<{ resource_access?: { "runtime-api"?: { roles?: string[] } } }>(
    accessToken,
  );
  return (access.resource_access?.["runtime-api"]?.roles ?? []).toSorted();
}

function expectNames(names: string[], allowed: typeof ID_TOKEN): void {
  expect(names).toEqual(expect.arrayContaining([...allowed.always, ...allowed.ours]));
  const known = Object.values(allowed).flat();
  expect(names.filter((name) => !known.includes(name))).toEqual([]);
}

function expectLogoutToken(token: string, issuer: string, sid: string): void {
  expect(decodeProtectedHeader(token)).toMatchObject({ typ: "logout+jwt", alg: "RS256" });
  const claims = decodeJwt(token);
  expect(claims).toMatchObject({
    iss: issuer,
    aud: "sovereign-console",
    sid,
    events: { "http://schemas.openid.net/event/backchannel-logout": {} },
  });
  expect(claims.jti).toBeTypeOf("string");
  expect(claims.iat).toBeTypeOf("number");
  expect(claims).not.toHaveProperty("nonce");
}
