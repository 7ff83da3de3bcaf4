import { type Browser, chromium } from "@playwright/test";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Role, scopesOfRoles } from "#server/platform/authz/scopes.ts";
import { findChromium } from "#test/harness/chromium.ts";
import { waitFor } from "#test/harness/wait-for.ts";
import type { KeycloakTopology } from "../keycloak/start-topology.ts";
import { type Answer, ConsoleBrowser } from "./console-browser.ts";
import { age, type SessionRow, sessionRows } from "./session-rows.ts";
import { type RunningConsole, startConsole } from "./start-console.ts";

export interface ConsoleSubject {
  readonly name: string;
  readonly sovereign: string;
  /** Realm of a tenant; its name is the tenant's. */
  readonly realm: string;
  readonly otherRealm: string;
  readonly tenants: readonly string[];
  readonly port: number;
  /** Whether every realm has a Keycloak to itself. */
  readonly isOneForEach: boolean;
  /** Whether to wait out the minute after which roles are re-read; elsewhere time is moved on. */
  readonly takesAMinute: boolean;
  topology(): KeycloakTopology;
}

/** Nobody's: whoever may rotate hears that it is not there, whoever may not is refused before. */
const ABSENT = {
  bindingId: "0192f0c1-2345-7abc-8def-0123456789ab",
  reason: "asked by the peer tests",
};
const ROLES_MINUTE_MILLIS = 60_000;

/** The console against the real Keycloak, as a person and an administrator of Keycloak see it. */
export function consoleContract(subject: ConsoleSubject): void {
  const { realm, otherRealm } = subject;
  let browser: Browser;
  let running: RunningConsole;
  let keycloak: KeycloakTopology;
  const open: ConsoleBrowser[] = [];
  const undo: (() => Promise<void>)[] = [];

  async function visitor(): Promise<ConsoleBrowser> {
    const made = await ConsoleBrowser.open(browser, running.url);
    open.push(made);
    return made;
  }

  async function signIn(username: string, inRealm = realm) {
    const person = await visitor();
    await person.signIn(inRealm, username);
    const [session] = await rowsOf(username, inRealm);
    if (!session) throw new Error(`no session row of ${username}`);
    return { person, session };
  }

  async function rowsOf(username: string, inRealm = realm): Promise<SessionRow[]> {
    const userId = await keycloak.admin(inRealm).userId(inRealm, username);
    return sessionRows(running.database, keycloak.issuerOf(inRealm), userId);
  }

  async function rowOf(session: SessionRow): Promise<SessionRow> {
    const rows = await sessionRows(running.database, session.issuer, session.subject);
    const row = rows.find((each) => each.session_id === session.session_id);
    if (!row) throw new Error("the session row is gone");
    return row;
  }

  /** Until the end of the test. A demo user is named after the one role it has. */
  async function changeRoles(inRealm: string, username: Role, roles: Role[]): Promise<void> {
    undo.push(() => keycloak.setRoles(inRealm, username, [username]));
    await keycloak.setRoles(inRealm, username, roles);
  }

  const rotate = (person: ConsoleBrowser, tenant = realm) =>
    person.mutate(tenant, "rotation.forceRotate", ABSENT);

  describe(`the console with ${subject.name}`, () => {
    beforeAll(async () => {
      browser = await chromium.launch(findChromium());
      keycloak = subject.topology();
      const { sovereign, port } = subject;
      running = await startConsole({ sovereign, port, identityFile: keycloak.identityFile });
    });

    afterEach(async () => {
      for (const each of open.splice(0)) await each.close();
      for (const change of undo.splice(0)) await change();
    });

    afterAll(async () => {
      await running?.stop();
      await browser?.close();
    });

    test("signs in on Keycloak's own page and lands in the tenant", async () => {
      const person = await visitor();
      await person.chooseRealm(realm);
      expect(person.page.url()).toContain(keycloak.issuerOf(realm));
      await person.signIn(realm, "security-officer");
      expect(new URL(person.page.url()).pathname).toMatch(new RegExp(`^/t/${realm}(/|$)`));
      const [session] = await rowsOf("security-officer");
      expect(session).toMatchObject({
        realm,
        issuer: keycloak.issuerOf(realm),
        tenants: [realm],
        roles: ["security-officer"],
        ended_at: null,
      });
      const atKeycloak = await keycloak.admin(realm).sessions(realm, "security-officer");
      expect(atKeycloak.map((each) => each.id)).toContain(session?.sid);
      const cookies = await person.context.cookies(running.url);
      expect(JSON.stringify(cookies.filter((each) => each.path === "/"))).not.toContain(
        session?.sid,
      );
    });

    test.each<Role>(["security-officer", "compliance", "org-admin", "developer"])(
      "%s gets the scopes of the role and may do just that",
      async (role) => {
        const { person, session } = await signIn(role);
        expect(session.scopes).toEqual([...scopesOfRoles([role])].sort());
        const mayRotate = scopesOfRoles([role]).has("runtime.secrets.rotate");
        expectAnswer(await rotate(person), mayRotate ? "allowed" : "forbidden");
        expectAnswer(await rotate(person, otherRealm), "another tenant");
      },
    );

    test("the Sovereign's people enter the tenants that the claim names, and no others", async () => {
      const { person, session } = await signIn("security-officer", "catalyst-admin");
      expect(session.tenants).toEqual(subject.tenants);
      for (const tenant of subject.tenants) expectAnswer(await rotate(person, tenant), "allowed");
      const operator = await signIn("platform-operator", "catalyst-admin");
      expect(operator.session.tenants).toEqual(subject.tenants.slice(0, 1));
      expectAnswer(await rotate(operator.person), "another tenant");
    });

    test("refreshes again and again, each refresh token once, also when many calls need it at once", async () => {
      const { person, session } = await signIn("security-officer");
      let before = session;
      for (let round = 0; round < 3; round += 1) {
        await age(running.database, session.session_id);
        const answers = await Promise.all([rotate(person), rotate(person), rotate(person)]);
        for (const answer of answers) expectAnswer(answer, "allowed");
        const after = await rowOf(session);
        expect(after.ended_at).toBeNull();
        expect(after.sid).toBe(session.sid);
        expect(after.roles_checked_at.getTime()).toBeGreaterThan(before.roles_checked_at.getTime());
        expect(after.refresh_token_enc).not.toEqual(before.refresh_token_enc);
        before = after;
      }
    });

    if (subject.takesAMinute) {
      test("a role taken away in Keycloak bites within a minute, by the real clock", async () => {
        const { person } = await signIn("security-officer", otherRealm);
        expectAnswer(await rotate(person, otherRealm), "allowed");
        await changeRoles(otherRealm, "security-officer", ["compliance"]);
        const takenAt = performance.now();
        const refused = await waitFor(
          async () => {
            const answer = await rotate(person, otherRealm);
            return answer.code === "not_found" ? null : answer;
          },
          { timeout: ROLES_MINUTE_MILLIS + 10_000, interval: 1_000, message: "a refusal" },
        );
        expect(performance.now() - takenAt).toBeLessThan(ROLES_MINUTE_MILLIS + 5_000);
        expectAnswer(refused, "forbidden");
      }, 120_000);
    }

    test("changed roles arrive in mid-session, given or taken", async () => {
      const { person, session } = await signIn("compliance");
      expectAnswer(await rotate(person), "forbidden");
      await changeRoles(realm, "compliance", ["compliance", "security-officer"]);
      await age(running.database, session.session_id);
      expectAnswer(await rotate(person), "allowed");
      expect((await rowOf(session)).roles.toSorted()).toEqual(["compliance", "security-officer"]);
      await changeRoles(realm, "compliance", []);
      await age(running.database, session.session_id);
      expect(["forbidden", "unauthenticated"]).toContain((await rotate(person)).code);
    });

    test("who is disabled in Keycloak is out", async () => {
      const { person, session } = await signIn("org-admin");
      undo.push(() => keycloak.setEnabled(realm, "org-admin", true));
      await keycloak.setEnabled(realm, "org-admin", false);
      await age(running.database, session.session_id);
      expect((await rotate(person)).code).toBe("unauthenticated");
      expect((await rowOf(session)).end_reason).toBe("refresh_refused");
      expect(await person.isSignedIn()).toBe(false);
    });

    test("a session ended in Keycloak ends here by back-channel logout, and that one only", async () => {
      const ended = await signIn("developer");
      const kept = await signIn("developer");
      await keycloak.endSession(realm, ended.session.sid);
      const row = await waitFor(async () => {
        const each = await rowOf(ended.session);
        return each.ended_at && each;
      });
      expect(row).toMatchObject({ end_reason: "back_channel", refresh_token_enc: null });
      expect(await ended.person.isSignedIn()).toBe(false);
      expect((await rotate(ended.person)).code).toBe("unauthenticated");
      expect((await rowOf(kept.session)).ended_at).toBeNull();
      expect(await kept.person.isSignedIn()).toBe(true);
    });

    test("a person signed out by Keycloak's administrator is out everywhere", async () => {
      const both = [await signIn("developer"), await signIn("developer")];
      await keycloak.logoutUser(realm, "developer");
      for (const { session } of both) {
        const row = await waitFor(async () => {
          const each = await rowOf(session);
          return each.ended_at && each;
        });
        expect(row.end_reason).toBe("back_channel");
      }
      for (const { person } of both) expect(await person.isSignedIn()).toBe(false);
    });

    test("signing out ends the session at Keycloak too: next time it asks for the password", async () => {
      const { person, session } = await signIn("compliance");
      const ids = async () =>
        (await keycloak.admin(realm).sessions(realm, "compliance")).map((each) => each.id);
      expect(await ids()).toContain(session.sid);
      await person.page.goto(`${running.url}/t/${realm}/audit`);
      await person.signOut();
      expect(await rowOf(session)).toMatchObject({
        end_reason: "signed_out",
        refresh_token_enc: null,
      });
      expect(await ids()).not.toContain(session.sid);
      await person.chooseRealm(realm);
      expect(await person.page.locator("#password").isVisible()).toBe(true);
    });

    if (subject.isOneForEach) {
      test("one organization's Keycloak fails: its changes are refused, its sessions stay, others go on", async () => {
        const stranded = await signIn("security-officer");
        const elsewhere = await signIn("security-officer", otherRealm);
        await keycloak.stopServing(realm);
        for (const { session } of [stranded, elsewhere]) {
          await age(running.database, session.session_id);
        }
        expectAnswer(await rotate(elsewhere.person, otherRealm), "allowed");
        expect((await rotate(stranded.person)).code).toBe("unavailable");
        expect((await rowOf(stranded.session)).ended_at).toBeNull();
        expect(await stranded.person.isSignedIn()).toBe(true);
      });
    }
  });
}

/** How the console answers a rotation of a credential that nobody has. */
function expectAnswer(answer: Answer, wanted: "allowed" | "forbidden" | "another tenant"): void {
  const expected = {
    allowed: { code: "not_found", message: expect.stringContaining("secret binding") },
    forbidden: { code: "forbidden", message: expect.stringContaining("runtime.secrets.rotate") },
    "another tenant": { code: "not_found", message: expect.stringContaining("tenant") },
  }[wanted];
  expect(answer).toMatchObject(expected);
}
