import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { chmod, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ContentStore } from "./content-store.ts";
import { keyOf } from "./content-store.ts";
import { openContentStore } from "./open-content-store.ts";
import { collected, contentStoreContract, pieces } from "./testing/content-store-contract.ts";
import { type S3ProtocolServer, startS3ProtocolServer } from "./testing/s3-protocol-server.ts";

const directory = mkdtempSync(join(tmpdir(), "content-store-"));
afterAll(() => rm(directory, { recursive: true, force: true }));
const open = (setting: string, file?: string) =>
  openContentStore({
    CONTENT_STORE: setting,
    DATA_DIR: directory,
    CONTENT_STORE_CREDENTIALS_FILE: file ?? join(directory, "none"),
  });

describe("a folder", () => {
  const store = open(`folder:${join(directory, "content")}`);
  contentStoreContract(() => store);

  test("does not hand out what was changed in it, and keeps nothing on the way", async () => {
    const { digest } = await store.put(pieces(randomBytes(1_000)));
    const path = join(directory, "content", keyOf(digest));
    await chmod(path, 0o600);
    await writeFile(path, randomBytes(1_000));
    await expect(collected(await store.get(digest))).rejects.toMatchObject({ failure: "corrupt" });
    expect(readdirSync(join(directory, "content", "staging"))).toEqual([]);
  });
});

describe("object storage", () => {
  let server: S3ProtocolServer;
  let store: ContentStore;
  const file = join(directory, "credentials.json");
  beforeAll(async () => {
    server = await startS3ProtocolServer("console");
    writeFileSync(file, JSON.stringify({ accessKeyId: "console", secretAccessKey: "test-only" }));
    store = open(`s3:${server.url}/evidence/one?lock=compliance`, file);
  });
  afterAll(async () => {
    store.close();
    await server.close();
  });
  contentStoreContract(() => store, { hasLock: true });

  test("does not hand out what was changed in it, and uses keys as they are rotated", async () => {
    const { digest } = await store.put(pieces(randomBytes(1_000)));
    server.objects.set(`/evidence/one/${keyOf(digest)}`, { body: randomBytes(1_000), until: 0 });
    await expect(collected(await store.get(digest))).rejects.toMatchObject({ failure: "corrupt" });
    const others = join(directory, "others.json");
    writeFileSync(others, JSON.stringify({ accessKeyId: "other", secretAccessKey: "test-only" }));
    const stranger = open(`s3:${server.url}/evidence/one`, others);
    await expect(stranger.size(digest)).rejects.toMatchObject({ failure: "permission_denied" });
    expect(readdirSync(join(directory, "content-staging"))).toEqual([]);
  });
});

test.each([
  ["folder:relative", "absolute path"],
  ["s3:https://s3.example.om/", "names a bucket"],
  ["s3:https://s3.example.om/b?lock=maybe", "lock is compliance or governance"],
  ["ftp://x", "begins with"],
])("the setting %s is refused with the reason", (setting, why) => {
  expect(() => open(setting)).toThrow(why);
});
