import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import * as oidc from "openid-client";
import { waitFor } from "#test/harness/wait-for.ts";
import type { IdentityPeer } from "./identity-peer.ts";

export interface SignedIn {
  readonly config: oidc.Configuration;
  readonly tokens: Awaited<ReturnType<typeof oidc.authorizationCodeGrant>>;
  readonly context: BrowserContext;
  readonly page: Page;
  /** Seconds since the epoch when the browser was sent to the login page. */
  readonly askedAt: number;
}

/** Stands where the console will stand: same addresses, same client, and nothing of its code. */
export class RelyingParty {
  readonly logoutTokens: string[] = [];
  readonly #server: Server;
  readonly #browser: Browser;

  private constructor(server: Server, browser: Browser) {
    this.#server = server;
    this.#browser = browser;
  }

  static async start(browser: Browser, port = 0): Promise<RelyingParty> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    const party = new RelyingParty(server, browser);
    server.on("request", async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      const token = new URLSearchParams(body).get("logout_token");
      if (token) party.logoutTokens.push(token);
      response.writeHead(200, { "content-type": "text/html" });
      response.end("<!doctype html><title>relying party</title>");
    });
    return party;
  }

  get url(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  redirectUri(realm: string): string {
    return `${this.url}/api/auth/callback/kc-${realm}`;
  }

  /** Finds the provider's endpoints as the console's client. */
  async client(peer: IdentityPeer, realm: string): Promise<oidc.Configuration> {
    return oidc.discovery(
      new URL(peer.issuerOf(realm)),
      "sovereign-console",
      peer.clientSecretOf(realm),
      undefined,
      { execute: [oidc.allowInsecureRequests] },
    );
  }

  /** Authorization code flow with PKCE, through the provider's own login page, in a fresh browser. */
  async signIn(peer: IdentityPeer, realm: string, username: string): Promise<SignedIn> {
    const config = await this.client(peer, realm);
    const context = await this.#browser.newContext();
    const page = await context.newPage();
    const verifier = oidc.randomPKCECodeVerifier();
    const checks = { state: oidc.randomState(), nonce: oidc.randomNonce() };
    const askedAt = Math.floor(Date.now() / 1000);
    await page.goto(
      oidc.buildAuthorizationUrl(config, {
        redirect_uri: this.redirectUri(realm),
        scope: "openid profile",
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        ...checks,
      }).href,
    );
    await fillLogin(page, username);
    await page.waitForURL((url) => url.origin === this.url);
    const tokens = await oidc.authorizationCodeGrant(config, new URL(page.url()), {
      pkceCodeVerifier: verifier,
      expectedState: checks.state,
      expectedNonce: checks.nonce,
    });
    return { config, tokens, context, page, askedAt };
  }

  /** The back-channel logout token that names this session, once it has come. */
  async logoutTokenOf(sid: string): Promise<string> {
    return waitFor(() => this.logoutTokens.find((token) => sidOf(token) === sid), {
      message: `a back-channel logout of session ${sid}`,
    });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** The form's ids are Keycloak's; the development provider's are the same. */
export async function fillLogin(
  page: Page,
  username: string,
  password = "demo-password",
): Promise<void> {
  await page.locator("#username").fill(username);
  await page.locator("#password").fill(password);
  await page.locator("#kc-login").click();
}

function sidOf(token: string): unknown {
  const payload = Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8");
  return (JSON.parse(payload) as { sid?: unknown }).sid;
}
