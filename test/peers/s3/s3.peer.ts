import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ContentStore } from "#server/integrations/content-store/content-store.ts";
import { openContentStore } from "#server/integrations/content-store/open-content-store.ts";
import {
  contentStoreContract,
  pieces,
} from "#server/integrations/content-store/testing/content-store-contract.ts";
import { obtainVersitygw } from "./obtain-versitygw.ts";
import { type RunningVersitygw, startVersitygw } from "./start-versitygw.ts";

const directory = mkdtempSync(join(tmpdir(), "s3-peer-"));
let server: RunningVersitygw;
let store: ContentStore;

function storeWith(secretAccessKey: string): ContentStore {
  const file = join(directory, `${secretAccessKey.slice(0, 6)}.json`);
  writeFileSync(file, JSON.stringify({ accessKeyId: server.accessKeyId, secretAccessKey }));
  return openContentStore({
    CONTENT_STORE: `s3:${server.endpoint}/${server.bucket}/packs?lock=governance`,
    CONTENT_STORE_CREDENTIALS_FILE: file,
    DATA_DIR: directory,
  });
}

beforeAll(async () => {
  server = await startVersitygw(await obtainVersitygw());
  store = storeWith(server.secretAccessKey);
});
afterAll(async () => {
  store.close();
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

contentStoreContract(() => store, { hasLock: true });

test("a wrong secret is told as such, and nothing stays on the way", async () => {
  const stranger = storeWith("another-secret");
  await expect(stranger.put(pieces(Buffer.from("x")))).rejects.toMatchObject({
    failure: "permission_denied",
  });
  expect(readdirSync(join(directory, "content-staging"))).toEqual([]);
});
