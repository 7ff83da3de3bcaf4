import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encode } from "next-auth/jwt";
import { uuidv7 } from "uuidv7";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sealPendingAudit } from "#server/features/audit/index.ts";
import { emitIn } from "#server/features/audit/testing/audit-fixture.ts";
import { closeConnections } from "#server/features/audit/testing/close-connections.ts";
import { askPack } from "#server/features/evidence/verbs/ask-pack.ts";
import { sessionCookieName } from "#server/features/identity/index.ts";
import { insertSession } from "#server/features/identity/session-rows.ts";
import { openContentStore } from "#server/integrations/content-store/open-content-store.ts";
import { ROLE_SCOPES, type Role } from "#server/platform/authz/scopes.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { env } from "#server/platform/env/env.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { tendEvidence } from "#server/worker/jobs/evidence.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { GET as getPack } from "../evidence/[tenant]/packs/[id]/route.ts";
import { GET as getEvents } from "./[tenant]/events/route.ts";

const ISSUER = "https://idp.test/realms/catalyst-admin";
const EVENTS = 1_200;
let tenant: AuthorizedTenantId;
let cookie = "";

/** Signs somebody in, past the identity provider: gives the cookie that a browser would hold. */
async function signIn(role: Role = "compliance"): Promise<string> {
  const sessionId = uuidv7();
  await insertSession({
    sessionId,
    realm: "catalyst-admin",
    issuer: ISSUER,
    sid: null,
    acr: null,
    authTimeSeconds: 1_700_000_000,
    grants: {
      subject: uuidv7(),
      displayName: "An auditor",
      isDemo: false,
      tenants: [tenant],
      roles: [role],
      scopes: new Set(ROLE_SCOPES[role]),
    },
    accessToken: "access",
    refreshToken: "refresh",
    idToken: "id",
    accessExpiresInSeconds: 900,
  });
  const token = await encode({ token: { sid: sessionId }, secret: env().NEXTAUTH_SECRET });
  return `${sessionCookieName()}=${token}`;
}

beforeAll(async () => {
  const identity = join(process.env.DATA_DIR ?? "", "identity.json");
  const realm = {
    realm: "catalyst-admin",
    issuer: ISSUER,
    clientId: "sovereign-console",
    clientSecretFile: "none",
    displayName: "Sovereign",
    binding: { kind: "claim", claim: "tenants" },
  };
  writeFileSync(identity, JSON.stringify({ topology: "shared-sovereign", realms: [realm] }));
  process.env.IDENTITY_CONFIG = identity;
  tenant = await newTenant("exports");
  const time = new Date();
  await withTenant(tenant, "tenant", (tx) =>
    Promise.all(
      Array.from({ length: EVENTS }, (_, at) =>
        emitIn(tx, tenant, {
          outcome: at % 4 === 0 ? "denied" : "succeeded",
          payload: { note: `=HYPERLINK("${at}")` },
          at: time,
        }),
      ),
    ),
  );
  while ((await sealPendingAudit(tenant))?.isFull) {
    // The next batch.
  }
  cookie = await signIn();
});
afterAll(closeConnections);

const events = (query: string, headers: Record<string, string> = {}) =>
  getEvents(
    new Request(`http://localhost:3000/api/v1/audit/${tenant}/events${query}`, {
      headers: { cookie, ...headers },
    }),
    { params: Promise.resolve({ tenant }) },
  );
const told = async () =>
  (await eventsOf(tenant))
    .map(({ type }) => type)
    .filter((type) => type.startsWith("runtime.evidence."));

test("everything that fits streams as CSV or NDJSON, and begin and end are told", async () => {
  const csv = await events("?q=outcome:denied");
  expect(csv.headers.get("content-type")).toContain("text/csv");
  expect(csv.headers.get("x-tree-size")).toBe(String(EVENTS));
  const lines = (await csv.text()).trimEnd().split("\r\n");
  expect(lines).toHaveLength(1 + EVENTS / 4);
  expect(lines[0]).toMatch(/^index,time,type,/);
  const ndjson = await (await events("?q=outcome:denied&format=ndjson")).text();
  const read = ndjson
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { index: string });
  expect(read.map(({ index }) => Number(index))).toEqual(
    Array.from({ length: EVENTS / 4 }, (_, at) => at * 4),
  );
  expect(await told()).toEqual([
    "runtime.evidence.export-begun",
    "runtime.evidence.export-ended",
    "runtime.evidence.export-begun",
    "runtime.evidence.export-ended",
  ]);
});

test("a reader that goes away is told as such; nothing is read that nobody takes", async () => {
  const before = (await told()).length;
  const { body } = await events("?format=ndjson");
  const reader = body?.getReader();
  const first = await reader?.read();
  expect(new TextDecoder().decode(first?.value as Uint8Array).split("\n").length).toBe(1_001);
  await reader?.cancel();
  expect((await told()).slice(before)).toEqual([
    "runtime.evidence.export-begun",
    "runtime.evidence.export-aborted",
  ]);
});

test("a query with a mistake, another site, and a role without the right are refused", async () => {
  expect((await events("?q=outcome:maybe")).status).toBe(400);
  expect((await events("", { "sec-fetch-site": "cross-site" })).status).toBe(403);
  expect((await events("", { cookie: await signIn("developer") })).status).toBe(403);
});

test("a pack is taken whole, in ranges, and not again by who has it", async () => {
  const { packId } = await runVerb(askPack, userOf(tenant, "auditor"), {
    query: "",
    disclosure: "envelopes",
  });
  const store = openContentStore();
  await tendEvidence({ store, witnesses: [], owner: "w1", leaseSeconds: 60 });
  const take = (headers: Record<string, string> = {}) =>
    getPack(new Request("http://localhost:3000/", { headers: { cookie, ...headers } }), {
      params: Promise.resolve({ tenant, id: packId }),
    });
  const whole = await take();
  const bytes = Buffer.from(await whole.arrayBuffer());
  const etag = whole.headers.get("etag") ?? "";
  expect(etag).toBe(`"${createHash("sha256").update(bytes).digest("hex")}"`);
  expect(bytes.length).toBe(Number(whole.headers.get("content-length")));
  expect(bytes.length).toBeGreaterThan(1_100_000);
  const part = await take({ range: "bytes=1048000-1049000", "if-range": etag });
  expect([part.status, part.headers.get("content-range")]).toEqual([
    206,
    `bytes 1048000-1049000/${bytes.length}`,
  ]);
  const range = Buffer.from(await part.arrayBuffer());
  expect(range.equals(bytes.subarray(1_048_000, 1_049_001))).toBe(true);
  expect((await take({ "if-none-match": etag })).status).toBe(304);
  expect((await take({ range: `bytes=${bytes.length}-` })).status).toBe(416);
  expect((await told()).filter((type) => type.endsWith("pack-taken"))).toHaveLength(1);
});
