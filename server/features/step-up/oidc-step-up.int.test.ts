import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import * as authRoute from "#app/api/auth/[...nextauth]/route.ts";
import * as finishRoute from "#app/api/auth/step-up/[provider]/route.ts";
import * as beginRoute from "#app/api/auth/step-up/route.ts";
import { HttpBrowser, type Page } from "#server/embedded/idp/testing/http-browser.ts";
import { type DevIdp, startDevIdp } from "#server/embedded/idp/testing/start-dev-idp.ts";
import { identityConfig, sessionFromRequest } from "#server/features/identity/index.ts";
import {
  type ConsoleServer,
  startConsoleServer,
} from "#server/features/identity/testing/console-server.ts";
import { closeIdentityPools } from "#server/platform/db/identity-pool.ts";
import { closePools, withTenant } from "#server/platform/db/tenant-transaction.ts";
import { mintAuthorizedTenant } from "#server/platform/tenancy/authorized-tenant.ts";
import { guardTenant } from "#server/platform/tenancy/guard.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { traceparent } from "#test/fixtures/callers.ts";
import { takeFreshProof } from "./index.ts";

const REALM = "acme-shop";
const ACT = "deployments.review";
const DIGEST = "ab".repeat(32);
const OTHER_DIGEST = "cd".repeat(32);

let console_: ConsoleServer;
let idp: DevIdp;
let folder: string;
let superuser: pg.Client;
/** Where the provider sent browsers back to; while held, nothing is done about it. */
const callbacks: string[] = [];
let isHeld = false;

beforeAll(async () => {
  console_ = await startConsoleServer(async (request, path) => {
    if (path[1] !== "auth") return new Response(`page ${path.join("/")}`);
    if (path[2] === "step-up" && path[3]) {
      callbacks.push(request.url);
      if (isHeld) return new Response("held");
      return finishRoute.GET(request, { params: Promise.resolve({ provider: path[3] }) });
    }
    if (path[2] === "step-up") return beginRoute.POST(request);
    return authRoute.GET(request, { params: Promise.resolve({ nextauth: path.slice(2) }) });
  });
  folder = await mkdtemp(join(tmpdir(), "step-up-"));
  idp = await startDevIdp({ folder, consoleUrl: console_.url });
  Object.assign(process.env, {
    CONSOLE_URL: console_.url,
    NEXTAUTH_URL: console_.url,
    IDENTITY_CONFIG: idp.identityFile,
  });
  const { fileDatabase } = await import("#test/harness/file-database.ts");
  superuser = new pg.Client({ connectionString: fileDatabase().urls.superuser });
  await superuser.connect();
  const { ensureSovereign, ensureTenant } = await import("#server/features/tenants/bootstrap.ts");
  const { env } = await import("#server/platform/env/env.ts");
  await ensureSovereign(env().SOVEREIGN, "Omantel");
  for (const tenant of [REALM, "muscatpharmacy"]) await ensureTenant(tenant, tenant);
});

afterAll(async () => {
  await superuser?.end();
  await closePools();
  await closeIdentityPools();
  await idp?.stop();
  await console_?.stop();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  callbacks.length = 0;
  isHeld = false;
  await superuser.query("DELETE FROM rate_limit");
  await superuser.query("DELETE FROM denial_window");
});

async function signIn(user = "security-officer", realm = REALM) {
  const browser = new HttpBrowser();
  const form = await browser.post(
    `${console_.url}/api/auth/signin`,
    { realm, callbackUrl: "/" },
    { origin: console_.url },
  );
  await browser.submit(form, { username: user, password: "demo-password" });
  return browser;
}

async function callerOf(browser: HttpBrowser, tenant = REALM) {
  const session = await sessionFromRequest(
    new Headers({ cookie: browser.cookieHeader(console_.url) }),
  );
  if (!session) throw new Error("no session");
  return guardTenant(session, tenant, { traceparent: traceparent(), requestId: "request-1" });
}

const begin = (browser: HttpBrowser, fields: Record<string, string> = {}, origin = console_.url) =>
  browser.post(
    `${console_.url}/api/auth/step-up`,
    { tenant: REALM, act: ACT, digest: DIGEST, returnTo: "/t/acme-shop?tab=open", ...fields },
    { origin },
  );

/** Password and one-time code at the provider's pages. */
async function proveAt(browser: HttpBrowser, login: Page, user = "security-officer") {
  const code = await browser.submit(login, { username: user, password: "demo-password" });
  const shown = /id="demo-code">(\d{6})</.exec(code.text)?.[1];
  if (!shown) throw new Error(`no code at ${code.url}: ${code.text.slice(-400)}`);
  return browser.submit(code, { otp: shown });
}

/** Up to the provider's answer, which nobody has looked at yet. */
async function held(browser: HttpBrowser, fields: Record<string, string> = {}, user?: string) {
  isHeld = true;
  await proveAt(browser, await begin(browser, fields), user);
  isHeld = false;
  return callbacks.at(-1) ?? "";
}

const resultOf = (page: Page) => new URL(page.url).searchParams.get("step-up");

const take = (browser: HttpBrowser, digest = DIGEST, tenant = REALM) =>
  callerOf(browser, tenant).then((caller) =>
    withTenant(caller.tenant, "tenant", (tx) =>
      takeFreshProof(tx, caller, { act: ACT, digest, withinSeconds: 300 }),
    ),
  );

const REQUIRED = { code: "step_up_required" };

async function refusals() {
  const events = await eventsOf(mintAuthorizedTenant(REALM));
  return events
    .filter(({ type }) => type === "runtime.identity.step-up-refused")
    .map(({ payload }) => (payload as { why: string }).why);
}

/** The tables refuse to be rewritten, even by their owner. */
async function rewrite(statement: string) {
  await superuser.query("SET session_replication_role = replica");
  await superuser.query(statement);
  await superuser.query("SET session_replication_role = origin");
}

test("a pushed request, two factors, and a proof for this act and digest that one of two calls can use", async () => {
  const browser = await signIn();
  const login = await begin(browser);
  expect(new URL(login.url).pathname).toBe(`/realms/${REALM}/login-actions/authenticate`);
  const landed = await proveAt(browser, login);
  expect(landed.url).toBe(`${console_.url}/t/acme-shop?tab=open&step-up=proved`);
  await expect(take(browser, OTHER_DIGEST)).rejects.toMatchObject({
    ...REQUIRED,
    details: { stepUp: { act: ACT, digest: OTHER_DIGEST } },
  });
  const race = await Promise.allSettled([take(browser), take(browser)]);
  expect(race.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  const won = race.find((each) => each.status === "fulfilled");
  expect(won?.value).toMatchObject({ method: "oidc", acr: "2" });
  await expect(take(browser)).rejects.toMatchObject(REQUIRED);
  const types = (await eventsOf(mintAuthorizedTenant(REALM))).map(({ type }) => type);
  expect(types).toContain("runtime.identity.step-up-begun");
  expect(types).toContain("runtime.identity.stepped-up");
  // Neither a token nor a part of the request is left in a row.
  for (const table of ["step_up_attempt", "step_up_proof"]) {
    const { rows } = await superuser.query<{ text: string }>(
      `SELECT t::text AS text FROM ${table} t`,
    );
    expect(rows.map(({ text }) => text).join("\n")).not.toMatch(/eyJ|request_uri/);
  }
});

test("the browser carries no more than the name of the pushed request", async () => {
  const browser = await signIn();
  const response = await fetch(`${console_.url}/api/auth/step-up`, {
    method: "POST",
    redirect: "manual",
    headers: { origin: console_.url, cookie: browser.cookieHeader(console_.url) },
    body: new URLSearchParams({ tenant: REALM, act: ACT, digest: DIGEST, returnTo: "/" }),
  });
  expect(response.status).toBe(303);
  const where = new URL(response.headers.get("location") ?? "");
  expect(where.href).toMatch(
    new RegExp(`^${idp.url}/realms/${REALM}/protocol/openid-connect/auth`),
  );
  expect([...where.searchParams.keys()].sort()).toEqual(["client_id", "request_uri"]);
});

test("an answer counts once: sent again it proves nothing, and the log says so", async () => {
  const browser = await signIn();
  await proveAt(browser, await begin(browser));
  const again = await browser.get(callbacks[0] ?? "");
  expect(resultOf(again)).toBe("ended");
  await take(browser);
  await expect(take(browser)).rejects.toMatchObject(REQUIRED);
  const denial = (await eventsOf(mintAuthorizedTenant(REALM))).findLast(
    ({ type }) => type === "runtime.access.denied",
  );
  expect(denial).toMatchObject({ subject: "act/stepUp.finish", payload: { cause: "ended" } });
});

test("the same answer twice at once makes one proof", async () => {
  const browser = await signIn();
  const url = await held(browser);
  const pages = await Promise.all([browser.get(url), browser.get(url)]);
  const results = pages.map(resultOf);
  expect(results.filter((result) => result === "proved").length).toBeLessThanOrEqual(1);
  const { rows } = await superuser.query(
    "SELECT attempt_id FROM step_up_proof WHERE tenant_id = $1 GROUP BY 1 HAVING count(*) > 1",
    [REALM],
  );
  expect(rows).toEqual([]);
});

test("in another session, of the same person or of another, the answer is worth nothing", async () => {
  const browser = await signIn();
  const url = await held(browser);
  for (const [user, result] of [
    ["security-officer", "other-session"],
    ["compliance", "state"],
  ] as const) {
    const thief = await signIn(user);
    const landed = await thief.get(url);
    expect([new URL(landed.url).pathname, resultOf(landed)]).toEqual([
      "/t/acme-shop/security-keys",
      result,
    ]);
    await expect(take(thief)).rejects.toMatchObject(REQUIRED);
  }
  // Whose it is can still use it: nobody ended it for him.
  expect(resultOf(await browser.get(url))).toBe("proved");
});

test("another person at the provider proves nothing for this one", async () => {
  const browser = await signIn();
  const login = await begin(browser);
  const refused = await browser.submit(login, {
    username: "compliance",
    password: "demo-password",
  });
  expect(refused.text).toContain("signed in as another user");
  browser.forget(`IDP_SESSION_${REALM}`);
  browser.forget(`IDP_SESSION_${REALM}.sig`);
  const landed = await proveAt(browser, await begin(browser), "compliance");
  expect(resultOf(landed)).toBe("other-person");
  await expect(take(browser)).rejects.toMatchObject(REQUIRED);
  expect(await refusals()).toContain("other-person");
});

test("a level below what is accepted, whatever was asked for", async () => {
  const browser = await signIn();
  const realm = identityConfig().realms.find((each) => each.realm === REALM);
  if (!realm) throw new Error("no realm");
  realm.stepUpAcr = ["1"];
  const login = await begin(browser);
  isHeld = true;
  await browser.submit(login, { username: "security-officer", password: "demo-password" });
  isHeld = false;
  realm.stepUpAcr = ["2"];
  expect(resultOf(await browser.get(callbacks.at(-1) ?? ""))).toBe("level-too-low");
  await expect(take(browser)).rejects.toMatchObject(REQUIRED);
  expect(await refusals()).toContain("level-too-low");
});

test("a sign-in from before we asked is too old, with no tolerance", async () => {
  const browser = await signIn();
  const url = await held(browser);
  const { attemptId } = attemptIn(url);
  // The state is bound to session, act and digest, and not to the time: this moves our question only.
  await rewrite(
    `UPDATE step_up_attempt SET began_at = began_at + interval '1 hour' WHERE attempt_id = '${attemptId}'`,
  );
  expect(resultOf(await browser.get(url))).toBe("too-old");
  expect(await refusals()).toContain("too-old");
  await expect(take(browser)).rejects.toMatchObject(REQUIRED);
});

test("a state belongs to its act and digest: changed in between, it is no state at all", async () => {
  const browser = await signIn();
  const url = await held(browser);
  const { attemptId } = attemptIn(url);
  await rewrite(
    `UPDATE step_up_attempt SET digest = decode('${OTHER_DIGEST}', 'hex') WHERE attempt_id = '${attemptId}'`,
  );
  expect(resultOf(await browser.get(url))).toBe("state");
  for (const digest of [DIGEST, OTHER_DIGEST]) {
    await expect(take(browser, digest)).rejects.toMatchObject(REQUIRED);
  }
});

test("too late, cancelled, forged or mixed up", async () => {
  const browser = await signIn();
  const late = await held(browser);
  await rewrite(
    `UPDATE step_up_attempt SET expires_at = clock_timestamp() WHERE attempt_id = '${attemptIn(late).attemptId}'`,
  );
  expect(resultOf(await browser.get(late))).toBe("expired");

  const cancelled = new URL(await held(browser));
  cancelled.searchParams.delete("code");
  cancelled.searchParams.set("error", "access_denied");
  expect(resultOf(await browser.get(cancelled.href))).toBe("cancelled");

  const mixed = new URL(await held(browser));
  mixed.searchParams.set("iss", `${idp.url}/realms/muscatpharmacy`);
  expect(resultOf(await browser.get(mixed.href))).toBe("provider");

  const forged = new URL(await held(browser));
  const state = forged.searchParams.get("state") ?? "";
  forged.searchParams.set("state", `${state.slice(0, -1)}${state.endsWith("A") ? "B" : "A"}`);
  expect(resultOf(await browser.get(forged.href))).toBe("state");
  forged.searchParams.delete("state");
  expect(resultOf(await browser.get(forged.href))).toBe("state");

  const foreignCode = new URL(await held(browser));
  foreignCode.searchParams.set("code", "not-a-code");
  expect(resultOf(await browser.get(foreignCode.href))).toBe("provider");
  await expect(take(browser)).rejects.toMatchObject(REQUIRED);
});

test("a proof ends by the database's clock, and counts in its own tenant alone", async () => {
  const browser = await signIn("sovereign-admin", "catalyst-admin");
  const prove = async () => {
    const landed = await proveAt(browser, await begin(browser), "sovereign-admin");
    expect(resultOf(landed)).toBe("proved");
  };
  await prove();
  await expect(take(browser, DIGEST, "muscatpharmacy")).rejects.toMatchObject(REQUIRED);
  await rewrite("UPDATE step_up_proof SET auth_time = auth_time - interval '301 seconds'");
  await expect(take(browser)).rejects.toMatchObject(REQUIRED);
  await rewrite(
    "UPDATE step_up_proof SET auth_time = made_at, expires_at = clock_timestamp() WHERE used_at IS NULL",
  );
  await expect(take(browser)).rejects.toMatchObject(REQUIRED);
});

test("a form of another site, a foreign tenant, a strange way back: refused before anybody is asked", async () => {
  const browser = await signIn();
  expect((await begin(browser, {}, "https://evil.example")).status).toBe(403);
  expect((await begin(browser, { tenant: "muscatpharmacy" })).status).toBe(404);
  for (const returnTo of ["//evil.example", "/\\evil.example", "https://evil.example", "x"]) {
    expect((await begin(browser, { returnTo })).status).toBe(400);
  }
  expect((await begin(browser, { digest: "xyz" })).status).toBe(400);
  const stranger = await begin(new HttpBrowser());
  expect(new URL(stranger.url).pathname).toBe("/sign-in");
});

test("nobody rewrites or reuses a proof, not with the tenant's login either", async () => {
  const browser = await signIn();
  await proveAt(browser, await begin(browser));
  const { proofId } = await take(browser);
  const caller = await callerOf(browser);
  for (const change of ["used_at = NULL, used_by = NULL", `act = 'other.act'`]) {
    await expect(
      withTenant(caller.tenant, "tenant", (tx) =>
        tx.query(`UPDATE step_up_proof SET ${change} WHERE proof_id = $1`, [proofId]),
      ),
    ).rejects.toMatchObject({ code: "42501" });
  }
});

function attemptIn(url: string): { attemptId: string } {
  const [, attemptId = ""] = (new URL(url).searchParams.get("state") ?? "").split(".");
  return { attemptId };
}
