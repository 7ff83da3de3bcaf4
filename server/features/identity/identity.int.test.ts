import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeJwt, importJWK, type JWTPayload, SignJWT } from "jose";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import * as authRoute from "#app/api/auth/[...nextauth]/route.ts";
import * as logoutRoute from "#app/api/auth/backchannel-logout/[realm]/route.ts";
import * as signOutRoute from "#app/api/auth/sign-out/route.ts";
import { HttpBrowser } from "#server/embedded/idp/testing/http-browser.ts";
import { type DevIdp, startDevIdp } from "#server/embedded/idp/testing/start-dev-idp.ts";
import { ROLE_SCOPES } from "#server/platform/authz/scopes.ts";
import { closeIdentityPools } from "#server/platform/db/identity-pool.ts";
import { closePools } from "#server/platform/db/tenant-transaction.ts";
import { mintAuthorizedTenant } from "#server/platform/tenancy/authorized-tenant.ts";
import type { SessionView } from "#server/platform/tenancy/session-view.ts";
import {
  authenticateService,
  freshSession,
  freshSessionOf,
  sessionFromRequest,
  sweepSessions,
} from "./index.ts";
import { takeRefreshLease } from "./refresh-lease.ts";
import { sessionIdIn } from "./session-cookie.ts";
import { type ConsoleServer, startConsoleServer } from "./testing/console-server.ts";
import { decryptFor } from "./token-cipher.ts";

const REALM = "acme-shop";
let console_: ConsoleServer;
let idp: DevIdp;
let folder: string;
let superuser: pg.Client;
/** An issuer nobody listed; counts what is asked of it. */
let stranger: Server;
let strangerUrl: string;
let strangerAsked = 0;

beforeAll(async () => {
  console_ = await startConsoleServer(async (request, path) => {
    const [, , action = "", realm = ""] = path;
    if (action === "sign-out") return signOutRoute.POST(request);
    if (action === "backchannel-logout") {
      return logoutRoute.POST(request, { params: Promise.resolve({ realm }) });
    }
    const context = { params: Promise.resolve({ nextauth: path.slice(2) }) };
    if (path[1] === "auth") return authRoute.GET(request, context);
    return new Response(`page ${path.join("/")}`);
  });
  folder = await mkdtemp(join(tmpdir(), "identity-"));
  idp = await startDevIdp({ folder, consoleUrl: console_.url });
  stranger = createServer((_request, response) => {
    strangerAsked += 1;
    response.end("{}");
  });
  await new Promise<void>((done) => stranger.listen(0, "127.0.0.1", done));
  strangerUrl = `http://localhost:${(stranger.address() as AddressInfo).port}`;
  Object.assign(process.env, {
    CONSOLE_URL: console_.url,
    NEXTAUTH_URL: console_.url,
    IDENTITY_CONFIG: idp.identityFile,
    API_SENDER_CONSTRAINT: "optional",
    OPENBAO_ADDR: "http://localhost:1",
    OPENBAO_TOKEN_FILE: "/nonexistent",
  });
  const { fileDatabase } = await import("#test/harness/file-database.ts");
  superuser = new pg.Client({ connectionString: fileDatabase().urls.superuser });
  await superuser.connect();
});

afterAll(async () => {
  await superuser?.end();
  await closePools();
  await closeIdentityPools();
  await idp?.stop();
  await console_?.stop();
  stranger?.close();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  strangerAsked = 0;
  await superuser.query("DELETE FROM rate_limit");
  await superuser.query("DELETE FROM denial_window");
});

async function openLoginForm(browser: HttpBrowser, realm: string, callbackUrl = "/t/acme-shop") {
  return browser.post(
    `${console_.url}/api/auth/signin`,
    { realm, callbackUrl },
    { origin: console_.url },
  );
}

async function signIn(user: string, realm = REALM, browser = new HttpBrowser()) {
  const form = await openLoginForm(browser, realm);
  const landed = await browser.submit(form, { username: user, password: "demo-password" });
  return { browser, landed };
}

function headersOf(browser: HttpBrowser): Headers {
  return new Headers({ cookie: browser.cookieHeader(console_.url) });
}

async function sessionOf(browser: HttpBrowser): Promise<SessionView> {
  const session = await sessionFromRequest(headersOf(browser));
  if (!session) throw new Error("no session");
  return session;
}

/** As if the roles had been read so long ago. */
async function age(session: SessionView, seconds: number) {
  await superuser.query(
    "UPDATE session SET roles_checked_at = roles_checked_at - make_interval(secs => $2) WHERE session_id = $1",
    [session.sessionId, seconds],
  );
}

async function rowOf(session: SessionView) {
  const { rows } = await superuser.query("SELECT * FROM session WHERE session_id = $1", [
    session.sessionId,
  ]);
  return rows[0];
}

async function signedByRealm(
  claims: JWTPayload,
  { realm = REALM, typ = "logout+jwt" }: { realm?: string; typ?: string } = {},
): Promise<string> {
  const jwk = JSON.parse(await readFile(join(folder, `${realm}.key.json`), "utf8"));
  return new SignJWT({
    iss: `${idp.url}/realms/${realm}`,
    aud: "sovereign-console",
    jti: randomUUID(),
    events: { "http://schemas.openid.net/event/backchannel-logout": {} },
    ...claims,
  })
    .setProtectedHeader({ alg: "RS256", kid: jwk.kid, typ })
    .setIssuedAt(claims.iat)
    .setExpirationTime(claims.exp ?? "2m")
    .sign(await importJWK(jwk, "RS256"));
}

function sendLogout(token: string, realm = REALM): Promise<Response> {
  return fetch(`${console_.url}/api/auth/backchannel-logout/${realm}`, {
    method: "POST",
    body: new URLSearchParams({ logout_token: token }),
  });
}

async function eventsOf(tenant: string, type: string) {
  const { rows } = await superuser.query<{ subject: string; outcome: string }>(
    "SELECT subject, outcome FROM audit_event WHERE tenant_id = $1 AND type = $2 ORDER BY event_id",
    [tenant, type],
  );
  return rows;
}

test("signing in over HTTP opens a session with the realm's tenant and the role's scopes", async () => {
  const { browser, landed } = await signIn("security-officer");
  expect(landed.url).toBe(`${console_.url}/t/acme-shop`);
  const session = await sessionOf(browser);
  expect(session).toMatchObject({
    realm: REALM,
    issuer: `${idp.url}/realms/${REALM}`,
    displayName: "security-officer",
    tenants: [REALM],
    roles: ["security-officer"],
    acr: "1",
  });
  expect(session.scopes.has("runtime.secrets.rotate")).toBe(true);
  expect(session.scopes.has("runtime.tenants.manage")).toBe(false);
  expect(await eventsOf(REALM, "runtime.identity.signed-in")).toContainEqual({
    subject: `session/${session.sessionId}`,
    outcome: "succeeded",
  });
});

test("the Sovereign's realm gives the tenants of its claim", async () => {
  const { browser } = await signIn("compliance", "catalyst-admin");
  const session = await sessionOf(browser);
  expect(session.tenants).toEqual(["omantel", "muscatpharmacy", "acme-shop", "lulu-hypermarket"]);
  const operator = await sessionOf((await signIn("platform-operator", "catalyst-admin")).browser);
  expect(operator.tenants).toEqual(["omantel"]);
  expect([...operator.scopes].sort()).toEqual(ROLE_SCOPES["platform-operator"].toSorted());
});

test("the cookie holds an opaque id and the row no readable token", async () => {
  const { browser } = await signIn("developer");
  const session = await sessionOf(browser);
  const cookie = browser.cookie(console_.url, "console.session") ?? "";
  const { decode } = await import("next-auth/jwt");
  const payload = await decode({ token: cookie, secret: process.env.NEXTAUTH_SECRET ?? "" });
  expect(Object.keys(payload ?? {}).sort()).toEqual(["exp", "iat", "jti", "sid"]);
  expect(payload?.sid).toBe(session.sessionId);
  const row = await rowOf(session);
  const raw = Object.values(row)
    .map((value) => (Buffer.isBuffer(value) ? value.toString("latin1") : JSON.stringify(value)))
    .join();
  expect(raw).not.toContain("eyJ");
  const idToken = decryptFor(session.sessionId, "id_token", row.id_token_enc);
  expect(decodeJwt(idToken).sid).toBe(row.sid);
  expect(() => decryptFor(session.sessionId, "access_token", row.id_token_enc)).toThrow();
  expect(() => decryptFor(randomUUID(), "id_token", row.id_token_enc)).toThrow();
});

test("a forged, foreign or missing cookie is nobody", async () => {
  const { browser } = await signIn("developer");
  const cookie = browser.cookie(console_.url, "console.session") ?? "";
  for (const value of ["", "x", cookie.slice(0, -3), `${cookie}A`]) {
    const headers = new Headers({ cookie: `console.session=${value}` });
    expect(await sessionFromRequest(headers)).toBeNull();
  }
  expect(await sessionFromRequest(new Headers())).toBeNull();
});

test("an expired session is refused by the database's clock", async () => {
  const { browser } = await signIn("developer");
  const session = await sessionOf(browser);
  await superuser.query("UPDATE session SET expires_at = clock_timestamp() WHERE session_id = $1", [
    session.sessionId,
  ]);
  expect(await sessionFromRequest(headersOf(browser))).toBeNull();
  await expect(freshSession(session)).rejects.toMatchObject({ code: "unauthenticated" });
});

test("sweeping forgets the tokens of expired sessions and touches no live one", async () => {
  const gone = await sessionOf((await signIn("developer")).browser);
  const { browser } = await signIn("developer");
  const live = await sessionOf(browser);
  await superuser.query("UPDATE session SET expires_at = clock_timestamp() WHERE session_id = $1", [
    gone.sessionId,
  ]);
  await superuser.query(
    "INSERT INTO rate_limit (key, points, expire) VALUES ('address:203.0.113.1', 1, 1), ('address:203.0.113.2', 1, 9e15::bigint)",
  );
  await sweepSessions();
  const counted = await superuser.query("SELECT key FROM rate_limit WHERE key LIKE 'address:203%'");
  expect(counted.rows).toEqual([{ key: "address:203.0.113.2" }]);
  expect(await rowOf(gone)).toMatchObject({ end_reason: "expired", refresh_token_enc: null });
  expect(await rowOf(live)).toMatchObject({ ended_at: null });
  await superuser.query(
    "UPDATE session SET ended_at = ended_at - interval '31 days' WHERE session_id = $1",
    [gone.sessionId],
  );
  await sweepSessions();
  expect(await rowOf(gone)).toBeUndefined();
  expect((await sessionOf(browser)).sessionId).toBe(live.sessionId);
});

test("too many sign-ins from one address are put off", async () => {
  await superuser.query(
    "INSERT INTO rate_limit (key, points, expire) VALUES ('address:203.0.113.9', 1000, (extract(epoch FROM now()) * 1000 + 60000)::bigint)",
  );
  // What the caller writes in front of the proxy's word does not make another address.
  for (const forwarded of ["203.0.113.9", "198.51.100.1, 203.0.113.9"]) {
    const headers = { origin: console_.url, "x-forwarded-for": forwarded };
    const page = await new HttpBrowser().post(
      `${console_.url}/api/auth/signin`,
      { realm: REALM },
      headers,
    );
    expect(page.url).toBe(`${console_.url}/sign-in?error=busy`);
  }
});

test("signing in again replaces the session of this browser", async () => {
  const { browser } = await signIn("developer");
  const first = await sessionOf(browser);
  await signIn("security-officer", "muscatpharmacy", browser);
  expect((await sessionOf(browser)).tenants).toEqual(["muscatpharmacy"]);
  expect(await rowOf(first)).toMatchObject({ end_reason: "replaced", access_token_enc: null });
  // In the log of the one whose session ended, not of the one who signed in.
  expect(await eventsOf(REALM, "runtime.identity.signed-out")).toContainEqual({
    subject: `session/${first.sessionId}`,
    outcome: "succeeded",
  });
});

test("a form of another site starts and ends nothing", async () => {
  const { browser } = await signIn("developer");
  const evil = { origin: "https://evil.example" };
  const start = await browser.post(`${console_.url}/api/auth/signin`, { realm: REALM }, evil);
  expect(start.status).toBe(403);
  const out = await browser.post(`${console_.url}/api/auth/sign-out`, {}, evil);
  expect(out.status).toBe(403);
  expect(await sessionOf(browser)).toBeTruthy();
});

test("nobody is sent to another site after signing in", async () => {
  const browser = new HttpBrowser();
  for (const [wanted, lands] of [
    ["https://evil.example/", "/"],
    ["//evil.example/", "/"],
    ["/t/acme-shop/audit?x=1", "/t/acme-shop/audit?x=1"],
  ]) {
    const form = await openLoginForm(browser, REALM, wanted);
    const landed = form.text.includes("password")
      ? await browser.submit(form, { username: "developer", password: "demo-password" })
      : form;
    expect(landed.url).toBe(`${console_.url}${lands}`);
  }
});

test("an unknown organization and a refused callback are explained, the latter recorded", async () => {
  const browser = new HttpBrowser();
  expect((await openLoginForm(browser, "nobody")).url).toBe(
    `${console_.url}/sign-in?error=organization`,
  );
  const forged = await browser.get(
    `${console_.url}/api/auth/callback/kc-${REALM}?code=stolen&state=guessed`,
  );
  expect(forged.url).toBe(`${console_.url}/sign-in?error=failed&realm=${REALM}`);
  expect(await eventsOf("omantel", "runtime.access.denied")).toContainEqual({
    subject: `act/identity.sign-in/${REALM}`,
    outcome: "denied",
  });
  expect(await sessionFromRequest(headersOf(browser))).toBeNull();
});

test("an account without a role is turned away", async () => {
  await idp.admin("PUT", "lulu-hypermarket/users/developer/roles", { roles: [] });
  const { landed, browser } = await signIn("developer", "lulu-hypermarket");
  expect(landed.url).toContain("/sign-in?error=no_role");
  expect(await sessionFromRequest(headersOf(browser))).toBeNull();
});

test("roles younger than a minute are not asked for again", async () => {
  const { browser } = await signIn("org-admin");
  const session = await sessionOf(browser);
  const before = await rowOf(session);
  await freshSession(session);
  // Another caller may have read the row just before a refresh ended: the lease itself must refuse.
  expect(await takeRefreshLease(session.sessionId)).toBeNull();
  expect((await rowOf(session)).refresh_token_enc).toEqual(before.refresh_token_enc);
});

test("a removed role bites within a minute, and a new one arrives", async () => {
  const { browser } = await signIn("security-officer", "muscatpharmacy");
  const session = await sessionOf(browser);
  await idp.admin("PUT", "muscatpharmacy/users/security-officer/roles", { roles: ["developer"] });
  expect((await freshSession(session)).roles).toEqual(["security-officer"]);
  await age(session, 61);
  const fresh = await freshSession(session);
  expect(fresh.roles).toEqual(["developer"]);
  expect(fresh.scopes.has("runtime.secrets.rotate")).toBe(false);
  await idp.admin("PUT", "muscatpharmacy/users/security-officer/roles", {
    roles: ["security-officer"],
  });
  await age(session, 61);
  expect((await sessionOf(browser)).roles).toEqual(["security-officer"]);
});

test("concurrent refreshes spend the refresh token once", async () => {
  const { browser } = await signIn("developer");
  const session = await sessionOf(browser);
  for (let round = 0; round < 3; round++) {
    await age(session, 120);
    const results = await Promise.all([
      ...Array.from({ length: 12 }, () => freshSession(session)),
      ...Array.from({ length: 4 }, () => sessionOf(browser)),
    ]);
    expect(results.every((each) => each.sessionId === session.sessionId)).toBe(true);
  }
  expect(await rowOf(session)).toMatchObject({ ended_at: null, refresh_lease_owner: null });
});

test("a lease left by a crashed holder is taken over when it runs out", async () => {
  const { browser } = await signIn("developer");
  const session = await sessionOf(browser);
  await age(session, 120);
  await superuser.query(
    `UPDATE session SET refresh_lease_owner = gen_random_uuid(),
       refresh_lease_until = clock_timestamp() + interval '300 ms' WHERE session_id = $1`,
    [session.sessionId],
  );
  expect((await sessionOf(browser)).sessionId).toBe(session.sessionId);
  expect((await freshSession(session)).roles).toEqual(["developer"]);
});

test("a disabled account loses its session at the next check", async () => {
  const { browser } = await signIn("compliance", "lulu-hypermarket");
  const session = await sessionOf(browser);
  await idp.admin("PUT", "lulu-hypermarket/users/compliance", { enabled: false });
  await age(session, 61);
  await expect(freshSession(session)).rejects.toMatchObject({ code: "unauthenticated" });
  expect(await rowOf(session)).toMatchObject({ end_reason: "refresh_refused", id_token_enc: null });
  expect(await sessionFromRequest(headersOf(browser))).toBeNull();
  await idp.admin("PUT", "lulu-hypermarket/users/compliance", { enabled: true });
});

test("an identity provider that does not answer denies changes; reads go on for a while", async () => {
  const { browser } = await signIn("compliance");
  const session = await sessionOf(browser);
  const port = Number(new URL(idp.url).port);
  await idp.stop();
  try {
    await age(session, 61);
    await expect(freshSession(session)).rejects.toMatchObject({ code: "unavailable" });
    expect((await sessionOf(browser)).roles).toEqual(["compliance"]);
    await superuser.query(
      "UPDATE session SET access_expires_at = clock_timestamp() WHERE session_id = $1",
      [session.sessionId],
    );
    await expect(sessionFromRequest(headersOf(browser))).rejects.toMatchObject({
      code: "unavailable",
    });
  } finally {
    idp = await startDevIdp({ folder, consoleUrl: console_.url, port });
  }
  await superuser.query("UPDATE session SET refresh_lease_until = NULL WHERE session_id = $1", [
    session.sessionId,
  ]);
  expect((await freshSession(session)).roles).toEqual(["compliance"]);
});

test("someone else's fresh roles, and nobody's without a live session", async () => {
  const { browser } = await signIn("org-admin", "lulu-hypermarket");
  const { issuer, subject } = await sessionOf(browser);
  const tenant = mintAuthorizedTenant("lulu-hypermarket");
  expect((await freshSessionOf({ issuer, subject, tenant }))?.roles).toEqual(["org-admin"]);
  expect(await freshSessionOf({ issuer, subject: "nobody", tenant })).toBeNull();
  const other = mintAuthorizedTenant("acme-shop");
  expect(await freshSessionOf({ issuer, subject, tenant: other })).toBeNull();
});

test("back-channel logout ends the sid's session only, and each token works once", async () => {
  const one = await sessionOf((await signIn("security-officer")).browser);
  const other = await sessionOf((await signIn("security-officer")).browser);
  const { sid } = await rowOf(one);
  const token = await signedByRealm({ sub: one.subject, sid });
  expect((await sendLogout(token)).status).toBe(200);
  expect(await rowOf(one)).toMatchObject({ end_reason: "back_channel", refresh_token_enc: null });
  expect(await rowOf(other)).toMatchObject({ ended_at: null });
  expect((await sendLogout(token)).status).toBe(400);
  await expect(freshSession(one)).rejects.toMatchObject({ code: "unauthenticated" });
});

test("back-channel logout without sid ends all of the subject's sessions of that issuer", async () => {
  const one = await sessionOf((await signIn("developer")).browser);
  const two = await sessionOf((await signIn("developer")).browser);
  const colleague = await sessionOf((await signIn("compliance")).browser);
  expect((await sendLogout(await signedByRealm({ sub: one.subject }))).status).toBe(200);
  expect(await rowOf(one)).toMatchObject({ end_reason: "back_channel" });
  expect(await rowOf(two)).toMatchObject({ end_reason: "back_channel" });
  expect(await rowOf(colleague)).toMatchObject({ ended_at: null });
});

test("logout tokens that do not hold are refused", async () => {
  const session = await sessionOf((await signIn("developer")).browser);
  const { sid } = await rowOf(session);
  const sub = session.subject;
  const now = Math.floor(Date.now() / 1000);
  const bad: Record<string, string> = {
    "wrong audience": await signedByRealm({ sub, sid, aud: "another-client" }),
    "nonce present": await signedByRealm({ sub, sid, nonce: "n" }),
    "no event": await signedByRealm({ sub, sid, events: {} }),
    "names nobody": await signedByRealm({}),
    "no jti": await signedByRealm({ sub, sid, jti: undefined }),
    expired: await signedByRealm({ sub, sid, iat: now - 200, exp: now - 60 }),
    "too old": await signedByRealm({ sub, sid, iat: now - 3600, exp: now + 60 }),
    "another issuer": await signedByRealm({ sub, sid, iss: strangerUrl }),
    "another realm's key": await signedByRealm(
      { sub, sid, iss: session.issuer },
      { realm: "muscatpharmacy" },
    ),
    "an ID token": decryptFor(session.sessionId, "id_token", (await rowOf(session)).id_token_enc),
    "no token": "",
  };
  for (const [why, token] of Object.entries(bad)) {
    expect([why, (await sendLogout(token)).status]).toEqual([why, 400]);
  }
  // A stranger learns no customer's name from the answer for a realm that is not listed.
  const [listed, unlisted] = [await sendLogout("x.y.z"), await sendLogout("x.y.z", "nobody")];
  expect([unlisted.status, await unlisted.text()]).toEqual([listed.status, await listed.text()]);
  expect(await rowOf(session)).toMatchObject({ ended_at: null });
  expect((await sendLogout(await signedByRealm({ sub, sid }))).status).toBe(200);
});

test("signing out ends the session here and at the identity provider", async () => {
  const { browser } = await signIn("org-admin");
  const session = await sessionOf(browser);
  const landed = await browser.post(
    `${console_.url}/api/auth/sign-out`,
    {},
    { origin: console_.url },
  );
  expect(landed.url).toBe(`${console_.url}/sign-in`);
  expect(await rowOf(session)).toMatchObject({ end_reason: "signed_out" });
  expect(await sessionIdIn(headersOf(browser))).toBeNull();
  expect(await eventsOf(REALM, "runtime.identity.signed-out")).toContainEqual({
    subject: `session/${session.sessionId}`,
    outcome: "succeeded",
  });
  expect((await openLoginForm(browser, REALM)).text).toContain('name="password"');
});

test("an administrator who ends a session at the identity provider ends it here", async () => {
  const session = await sessionOf((await signIn("compliance", "muscatpharmacy")).browser);
  await idp.admin("POST", `muscatpharmacy/users/${session.subject}/logout`);
  expect(await rowOf(session)).toMatchObject({ end_reason: "back_channel" });
});

async function serviceToken(claims: JWTPayload = {}, realm = REALM) {
  return signedByRealm(
    {
      aud: "runtime-api",
      sub: "service-1",
      azp: "pipeline",
      events: undefined,
      resource_access: { "runtime-api": { roles: ["developer", "unheard-of"] } },
      ...claims,
    },
    { realm, typ: "JWT" },
  );
}

/** Unbound tokens, which API_SENDER_CONSTRAINT allows here: who sends one is asked in test/api. */
const bearer = async (token: string) => {
  const headers = { authorization: `Bearer ${token}` };
  return (await authenticateService(new Request(console_.url, { headers }))).identity;
};

test("a service caller is its token: tenant of the realm, scopes of its roles, human if vouched for", async () => {
  const caller = await bearer(await serviceToken({ tenants: ["muscatpharmacy"] }));
  expect(caller).toMatchObject({
    subject: "service-1",
    tenants: [REALM],
    roles: ["developer"],
    human: "unknown",
  });
  expect(caller.scopes.has("runtime.secrets.rotate")).toBe(false);
  const delegated = await bearer(
    await serviceToken({ sub: "person-1", act: { sub: "service-1" } }),
  );
  expect(delegated).toMatchObject({
    subject: "service-1",
    human: { issuer: `${idp.url}/realms/${REALM}`, subject: "person-1" },
  });
});

test("a service account is never the human behind a call", async () => {
  const sid = randomUUID();
  for (const claims of [
    { sid, preferred_username: "service-account-pipeline" },
    // Without the name nobody vouches that a person signed in.
    { sid },
    { preferred_username: "service-account-first", act: { sub: "service-2" } },
  ]) {
    expect(await bearer(await serviceToken(claims))).toMatchObject({ human: "unknown" });
  }
  const person = await bearer(await serviceToken({ sid, preferred_username: "officer" }));
  expect(person.human).toMatchObject({ subject: "service-1" });
});

test("service tokens that do not hold are refused", async () => {
  const session = await sessionOf((await signIn("developer")).browser);
  const own = decryptFor(
    session.sessionId,
    "access_token",
    (await rowOf(session)).access_token_enc,
  );
  const bad = [
    own,
    await serviceToken({ aud: "another-api" }),
    await serviceToken({ exp: 1 }),
    await serviceToken({ typ: "ID" }),
    await serviceToken({ iss: `${idp.url}/realms/muscatpharmacy` }),
    "not-a-token",
  ];
  for (const token of bad) {
    await expect(bearer(token)).rejects.toMatchObject({ code: "unauthenticated" });
  }
  await expect(authenticateService(new Request(console_.url))).rejects.toMatchObject({
    code: "unauthenticated",
  });
});

test("keys of an unlisted issuer are never fetched", async () => {
  await expect(bearer(await serviceToken({ iss: strangerUrl }))).rejects.toMatchObject({
    code: "unauthenticated",
  });
  await sendLogout(await signedByRealm({ sub: "x", iss: strangerUrl }));
  expect(strangerAsked).toBe(0);
});

test("a session of a realm that is no longer listed is nobody", async () => {
  const { browser } = await signIn("developer");
  const session = await sessionOf(browser);
  await superuser.query("UPDATE session SET issuer = $2 WHERE session_id = $1", [
    session.sessionId,
    strangerUrl,
  ]);
  expect(await sessionFromRequest(headersOf(browser))).toBeNull();
  expect(strangerAsked).toBe(0);
});

test("production refuses plain HTTP issuers, default secrets and doubled realms", async () => {
  const { readIdentityConfig } = await import("./identity-config.ts");
  const path = join(folder, "production.json");
  const listed = JSON.parse(await readFile(idp.identityFile, "utf8"));
  await writeFile(path, JSON.stringify(listed));
  expect(() => readIdentityConfig(path, "production")).toThrow(/https:\/\/ issuer/);
  const secretFile = join(folder, "default-secret");
  await writeFile(secretFile, "demo-client-secret");
  const [first] = listed.realms;
  const safe = { ...first, issuer: "https://id.example/realms/a", clientSecretFile: secretFile };
  await writeFile(path, JSON.stringify({ ...listed, realms: [safe] }));
  expect(() => readIdentityConfig(path, "production")).toThrow(/default or short client secret/);
  await writeFile(path, JSON.stringify({ ...listed, realms: [first, first] }));
  expect(() => readIdentityConfig(path, "demo")).toThrow(/listed twice/);
});
