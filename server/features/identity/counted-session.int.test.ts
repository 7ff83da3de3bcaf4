import { randomUUID } from "node:crypto";
import { uuidv7 } from "uuidv7";
import { afterAll, expect, test } from "vitest";
import { closeIdentityPools } from "#server/platform/db/identity-pool.ts";
import type { CallsAhead } from "#server/platform/ratelimit/calls-ahead.ts";
import { countCall, countKey, LIMITS } from "#server/platform/ratelimit/rate-limit.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { countedSession } from "./counted-session.ts";
import { insertSession } from "./session-rows.ts";

afterAll(closeIdentityPools);

async function signedIn(tenant: string): Promise<{ id: string; person: string }> {
  const id = uuidv7();
  const subject = randomUUID();
  await insertSession({
    sessionId: id,
    realm: "r",
    issuer: "https://idp.test/realms/r",
    sid: null,
    acr: null,
    authTimeSeconds: 1,
    grants: {
      subject,
      displayName: "An officer",
      tenants: [tenant],
      roles: [],
      scopes: new Set(),
      isDemo: false,
    },
    accessToken: "none",
    refreshToken: "none",
    idToken: "none",
    accessExpiresInSeconds: 300,
  });
  return { id, person: `https://idp.test/realms/r|${subject}` };
}

const newTenant = () => `t-${randomUUID()}`;

async function pointsOf(key: string): Promise<number> {
  const rows = await asSuperuser<{ points: number }>(
    "SELECT points FROM rate_limit WHERE key = $1",
    [key],
  );
  return rows[0]?.points ?? 0;
}

function passing(calls: CallsAhead | undefined): number {
  for (let passed = 0; ; passed++) {
    try {
      if (!calls?.take()) return passed;
    } catch (refusal) {
      expect(refusal).toMatchObject({ code: "rate_limited" });
      return passed;
    }
  }
}

test("all calls of a request are counted with its session, in the minute that other ways in count in", async () => {
  const tenant = newTenant();
  const { id, person } = await signedIn(tenant);
  await countCall("principal", person);
  await countCall("tenant", tenant);
  const counted = await countedSession(id, tenant, 7);
  expect(counted?.session).toMatchObject({ sessionId: id, displayName: "An officer" });
  expect(passing(counted?.principal)).toBe(7);
  expect(passing(counted?.tenant)).toBe(7);
  expect(await pointsOf(countKey("principal", person))).toBe(8);
  expect(await pointsOf(countKey("tenant", tenant))).toBe(8);
});

test("whoever is beyond his own limit uses up nothing of his tenant's", async () => {
  const tenant = newTenant();
  const { id } = await signedIn(tenant);
  await countedSession(id, tenant, LIMITS.principal - 3);
  const over = await countedSession(id, tenant, 10);
  expect(passing(over?.principal)).toBe(3);
  expect(passing(over?.tenant)).toBe(3);
  const refused = await countedSession(id, tenant, 10);
  expect(passing(refused?.principal)).toBe(0);
  expect(refused?.tenant).toBeUndefined();
  expect(await pointsOf(countKey("tenant", tenant))).toBe(LIMITS.principal);
});

test("a minute that is over begins anew", async () => {
  const tenant = newTenant();
  const { id, person } = await signedIn(tenant);
  await countedSession(id, tenant, LIMITS.principal);
  await asSuperuser("UPDATE rate_limit SET expire = 1 WHERE key = $1", [
    countKey("principal", person),
  ]);
  expect(passing((await countedSession(id, tenant, 2))?.principal)).toBe(2);
});

test("another's tenant is not counted, an ended session counts nothing, and requests at once are all counted", async () => {
  const [tenant, foreign] = [newTenant(), newTenant()];
  const { id, person } = await signedIn(tenant);
  expect((await countedSession(id, foreign, 1))?.tenant).toBeUndefined();
  expect(await pointsOf(countKey("tenant", foreign))).toBe(0);
  await Promise.all(Array.from({ length: 30 }, () => countedSession(id, tenant, 2)));
  expect(await pointsOf(countKey("principal", person))).toBe(61);
  expect(await pointsOf(countKey("tenant", tenant))).toBe(60);
  await asSuperuser(
    "UPDATE session SET ended_at = now(), end_reason = 'signed_out' WHERE session_id = $1",
    [id],
  );
  expect(await countedSession(id, tenant, 1)).toBeNull();
  expect(await pointsOf(countKey("principal", person))).toBe(61);
});

test("when calls can't be counted, no session is given", async () => {
  const tenant = newTenant();
  const { id } = await signedIn(tenant);
  await asSuperuser("ALTER TABLE rate_limit RENAME TO rate_limit_away");
  try {
    await expect(countedSession(id, tenant, 1)).rejects.toMatchObject({ code: "unavailable" });
  } finally {
    await asSuperuser("ALTER TABLE rate_limit_away RENAME TO rate_limit");
  }
});
