import type { Page } from "@playwright/test";
import { createRemoteJWKSet, jwtVerify } from "jose";
import * as oidc from "openid-client";
import { expect } from "vitest";
import { codeOf, stepAt } from "#server/embedded/idp/one-time-code.ts";
import {
  demoOtpSecret,
  SECOND_FACTOR_ACR,
} from "#server/features/identity/realms/realm-step-up.ts";
import type { IdentityPeer } from "./identity-peer.ts";
import { fillLogin, type RelyingParty } from "./relying-party.ts";

/**
 * What the console relies on a provider for when a person steps up: a pushed request, a level that is
 * demanded and shown in the ID token, a sign-in of this moment, and a console session that goes on.
 */
export async function stepUpContract(
  party: RelyingParty,
  peer: IdentityPeer,
  realm: string,
): Promise<void> {
  const username = "org-admin";
  const before = await party.signIn(peer, realm, username);
  const { config, page, tokens } = before;
  expect(tokens.claims()?.acr).toBe("1");
  expect(config.serverMetadata().pushed_authorization_request_endpoint).toBe(
    `${peer.issuerOf(realm)}/protocol/openid-connect/ext/par/request`,
  );
  const verifier = oidc.randomPKCECodeVerifier();
  const checks = { state: oidc.randomState(), nonce: oidc.randomNonce() };
  const askedAt = Math.floor(Date.now() / 1_000);
  const url = await oidc.buildAuthorizationUrlWithPAR(config, {
    redirect_uri: `${party.url}/api/auth/step-up/kc-${realm}`,
    scope: "openid",
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    prompt: "login",
    max_age: "0",
    claims: JSON.stringify({
      id_token: {
        acr: { essential: true, values: [SECOND_FACTOR_ACR] },
        auth_time: { essential: true },
      },
    }),
    ...checks,
  });
  expect([...url.searchParams.keys()].sort()).toEqual(["client_id", "request_uri"]);
  await page.goto(url.href);
  // Though the session is alive, the password is asked for again.
  await signInAgain(page, username);
  await enterCode(page, "000000");
  await page.getByText("Invalid authenticator code.").waitFor();
  const secret = demoOtpSecret(tokens.claims()?.sub ?? "");
  await enterCode(page, codeOf(secret, stepAt(Date.now())));
  await page.waitForURL((at) => at.origin === party.url);
  const proved = await oidc.authorizationCodeGrant(config, new URL(page.url()), {
    pkceCodeVerifier: verifier,
    expectedState: checks.state,
    expectedNonce: checks.nonce,
  });
  const issuer = peer.issuerOf(realm);
  const keys = createRemoteJWKSet(new URL(`${issuer}/protocol/openid-connect/certs`));
  const { payload } = await jwtVerify(proved.id_token ?? "", keys, {
    issuer,
    audience: "sovereign-console",
    algorithms: ["RS256"],
  });
  expect(payload).toMatchObject({
    acr: SECOND_FACTOR_ACR,
    nonce: checks.nonce,
    sub: tokens.claims()?.sub,
  });
  expect(payload.auth_time).toBeGreaterThanOrEqual(askedAt);
  // The console keeps none of the new tokens; those of its own session must go on.
  const next = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? "");
  expect(next.access_token).toBeTypeOf("string");
}

/** A provider that knows who it is asks for the password alone. */
async function signInAgain(page: Page, username: string): Promise<void> {
  await page.locator("#password").waitFor();
  if (await page.locator("input#username:visible").count()) return fillLogin(page, username);
  await page.locator("#password").fill("demo-password");
  await page.locator("#kc-login").click();
}

async function enterCode(page: Page, code: string): Promise<void> {
  await page.locator("#otp").fill(code);
  await page.locator("#kc-login").click();
}
