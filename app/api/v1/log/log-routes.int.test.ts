import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encode } from "next-auth/jwt";
import { uuidv7 } from "uuidv7";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toHex } from "#server/engines/merkle/bytes.ts";
import { openCheckpoint } from "#server/engines/merkle/checkpoint.ts";
import { parseEntryBundle } from "#server/engines/merkle/entry-bundle.ts";
import { leafHash } from "#server/engines/merkle/hashing.ts";
import { parseVerifierKey } from "#server/engines/merkle/note-key.ts";
import { formatTilePath, tileWidth } from "#server/engines/merkle/tile-path.ts";
import { treeRoot } from "#server/engines/merkle/tree-root.ts";
import { logVerifierKey, sealPendingAudit } from "#server/features/audit/index.ts";
import { emitMany, freshTenant } from "#server/features/audit/testing/audit-fixture.ts";
import { closeConnections } from "#server/features/audit/testing/close-connections.ts";
import { sessionCookieName } from "#server/features/identity/index.ts";
import { insertSession } from "#server/features/identity/session-rows.ts";
import { ROLE_SCOPES, type Role } from "#server/platform/authz/scopes.ts";
import { env } from "#server/platform/env/env.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { GET as getCheckpoint } from "./[tenant]/checkpoint/route.ts";
import { GET as getTile } from "./[tenant]/tile/[...path]/route.ts";

const ISSUER = "https://idp.test/realms/catalyst-admin";
const tenant = freshTenant();
const EVENTS = 300;
let cookie = "";

/** Signs somebody in, past the identity provider: gives the cookie that a browser would hold. */
async function signIn(tenants: string[], role: Role = "compliance"): Promise<string> {
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
      tenants,
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

function request(as: string): Request {
  return new Request("http://localhost:3000/", { headers: as === "" ? {} : { cookie: as } });
}
const checkpoint = (as = cookie, of: string = tenant) =>
  getCheckpoint(request(as), { params: Promise.resolve({ tenant: of }) });
const tile = (path: string, as = cookie, of: string = tenant) =>
  getTile(request(as), {
    params: Promise.resolve({ tenant: of, path: path.split("/").slice(1) }),
  });
const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer());

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
  await emitMany(tenant, EVENTS);
  await sealPendingAudit(tenant);
  cookie = await signIn([tenant]);
});
afterAll(closeConnections);

describe("the log over HTTP", () => {
  it("lets an auditor verify everything from the checkpoint down", async () => {
    const key = parseVerifierKey(logVerifierKey(tenant));
    const signed = await checkpoint();
    expect(signed.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(signed.headers.get("cache-control")).toBe("no-store");
    const { size, root } = openCheckpoint(await signed.text(), key.name, key);
    expect(size).toBe(BigInt(EVENTS));

    const tiles = new Map<string, Uint8Array>();
    const leaves: string[] = [];
    for (const [level, count] of [[0, 2n] as const, [1, 1n] as const]) {
      for (let index = 0n; index < count; index += 1n) {
        const width = tileWidth(level, index, size);
        const hashes = await bytesOf(await tile(formatTilePath({ level, index, width })));
        expect(hashes.length).toBe(width * 32);
        tiles.set(`${level}/${index}`, hashes);
        if (level > 0) continue;
        const bundle = await tile(formatTilePath({ level: "entries", index, width }));
        leaves.push(
          ...parseEntryBundle(await bytesOf(bundle)).map((entry) => toHex(leafHash(entry))),
        );
      }
    }
    expect(toHex(treeRoot(size, (level, index) => tiles.get(`${level}/${index}`)))).toBe(
      toHex(root),
    );
    const sealed = toHex(tiles.get("0/0") as Uint8Array) + toHex(tiles.get("0/1") as Uint8Array);
    expect(leaves.join("")).toBe(sealed);
  });

  it("lets only the reader's own cache keep what never changes", async () => {
    const full = await tile("tile/0/000");
    expect(full.status).toBe(200);
    expect(full.headers.get("content-type")).toBe("application/octet-stream");
    expect(full.headers.get("cache-control")).toBe("private, max-age=31536000, immutable");
    expect(full.headers.get("vary")).toBe("Cookie");
    expect((await tile("tile/0/001.p/44")).headers.get("cache-control")).toBe("no-store");
  });

  it("serves a tile as a file: by range, and not at all to who has it already", async () => {
    const ask = (headers: Record<string, string>) =>
      getTile(new Request("http://localhost:3000/", { headers: { cookie, ...headers } }), {
        params: Promise.resolve({ tenant, path: ["0", "000"] }),
      });
    const whole = await ask({});
    const bytes = await bytesOf(whole);
    const etag = whole.headers.get("etag") ?? "";
    expect(etag).toMatch(/^"[A-Za-z0-9_-]{43}"$/);
    expect(whole.headers.get("accept-ranges")).toBe("bytes");
    const leaf = await ask({ range: "bytes=32-63", "if-range": etag });
    expect([leaf.status, leaf.headers.get("content-range")]).toEqual([206, "bytes 32-63/8192"]);
    expect(await bytesOf(leaf)).toEqual(bytes.slice(32, 64));
    expect((await ask({ range: "bytes=9000-" })).status).toBe(416);
    const known = await ask({ "if-none-match": etag });
    expect([known.status, (await bytesOf(known)).length]).toEqual([304, 0]);
    expect(known.headers.get("cache-control")).toContain("immutable");
  });

  it("keeps a narrower version of a tile that has grown", async () => {
    const grown = await bytesOf(await tile("tile/0/000"));
    expect(await bytesOf(await tile("tile/0/000.p/7"))).toEqual(grown.slice(0, 7 * 32));
    const bundle = await bytesOf(await tile("tile/entries/000.p/3"));
    expect(parseEntryBundle(bundle).length).toBe(3);
  });

  it.each([
    "tile/0/001.p/45",
    "tile/0/001",
    "tile/entries/001.p/45",
    "tile/entries/001",
    "tile/0/002.p/1",
    "tile/1/000.p/2",
    "tile/2/000.p/1",
    "tile/63/000",
    "tile/0/0",
    "tile/0/000.p/0",
    "tile/0/x999/x999/x999/x999/x999/x999/999",
    "tile/entries/x999/x999/x999/x999/x999/x999/999",
    "tile/0/..%2f000",
  ])("has no %s", async (path) => {
    expect((await tile(path)).status).toBe(404);
  });

  it("answers for another's tenant as for none", async () => {
    const foreign = freshTenant();
    await emitMany(foreign, 1);
    await sealPendingAudit(foreign);
    expect((await checkpoint(await signIn([foreign]), foreign)).status).toBe(200);
    for (const ask of [checkpoint, (as: string, of: string) => tile("tile/0/000.p/1", as, of)]) {
      const answers = [await ask(cookie, foreign), await ask(cookie, freshTenant())];
      const bodies = await Promise.all(answers.map((answer) => answer.json()));
      expect(answers.map(({ status }) => status)).toEqual([404, 404]);
      expect({ ...bodies[0], traceId: "" }).toEqual({ ...bodies[1], traceId: "" });
    }
  });

  it("has no checkpoint before the first event is sealed", async () => {
    const empty = freshTenant();
    expect((await checkpoint(await signIn([empty]), empty)).status).toBe(404);
  });

  it("is closed without a session", async () => {
    for (const answer of [await checkpoint(""), await tile("tile/0/000", "")]) {
      expect(answer.status).toBe(401);
      expect(answer.headers.get("cache-control")).toBe("no-store");
    }
    expect((await checkpoint(`${sessionCookieName()}=forged`)).status).toBe(401);
  });

  it("is closed without the scope, and the log says that somebody tried", async () => {
    const own = freshTenant();
    const operator = await signIn([own], "platform-operator");
    expect((await checkpoint(operator, own)).status).toBe(403);
    expect((await tile("tile/0/000", operator, own)).status).toBe(403);
    const events = await eventsOf(own);
    expect(events.map(({ outcome, subject }) => `${outcome} ${subject}`)).toEqual([
      "denied act/log.checkpoint",
      "denied act/log.tile",
    ]);
  });
});
