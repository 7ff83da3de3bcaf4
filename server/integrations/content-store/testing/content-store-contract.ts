import { createHash, randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import type { ContentStore } from "../content-store.ts";

export async function* pieces(bytes: Uint8Array, size = 100_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export async function collected(bytes: AsyncIterable<Uint8Array> | undefined): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of bytes ?? []) parts.push(part);
  return Buffer.concat(parts);
}

const digestOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** What every content store does, whatever stands behind it. */
export function contentStoreContract(storeOf: () => ContentStore, { hasLock = false } = {}): void {
  test("keeps what it is given under its digest, once, and gives it back", async () => {
    const store = storeOf();
    const bytes = randomBytes(300_000);
    const digest = digestOf(bytes);
    expect(await store.size(digest)).toBeUndefined();
    expect(await store.get(digest)).toBeUndefined();
    expect(await store.put(pieces(bytes))).toEqual({ digest, size: bytes.length });
    expect(await store.put(pieces(bytes, 7_000))).toEqual({ digest, size: bytes.length });
    expect(await store.size(digest)).toBe(bytes.length);
    expect((await collected(await store.get(digest))).equals(bytes)).toBe(true);
  });

  test("gives a range, and nothing for an empty one", async () => {
    const store = storeOf();
    const bytes = randomBytes(50_000);
    const { digest } = await store.put(pieces(bytes));
    const part = await collected(await store.get(digest, { start: 10_000, end: 10_005 }));
    expect(part).toEqual(bytes.subarray(10_000, 10_005));
    const end = await collected(await store.get(digest, { start: 49_999, end: 50_000 }));
    expect(end).toEqual(bytes.subarray(49_999));
    expect(await collected(await store.get(digest, { start: 5, end: 5 }))).toEqual(Buffer.alloc(0));
  });

  test("keeps nothing of what broke off, and the empty text too", async () => {
    const store = storeOf();
    const bytes = randomBytes(1_000);
    async function* broken() {
      yield bytes;
      throw new Error("the source broke off");
    }
    await expect(store.put(broken())).rejects.toThrow("the source broke off");
    expect(await store.size(digestOf(bytes))).toBeUndefined();
    const empty = await store.put(pieces(Buffer.alloc(0)));
    expect(empty).toEqual({ digest: digestOf(Buffer.alloc(0)), size: 0 });
    expect(await collected(await store.get(empty.digest))).toEqual(Buffer.alloc(0));
  });

  test("keeps what is larger than one part", async () => {
    const store = storeOf();
    const bytes = randomBytes(17_500_000);
    const { digest } = await store.put(pieces(bytes, 1_000_003));
    expect(digest).toBe(digestOf(bytes));
    expect((await store.put(pieces(bytes))).digest).toBe(digest);
    expect((await collected(await store.get(digest))).equals(bytes)).toBe(true);
  });

  test("takes away, and again", async () => {
    const store = storeOf();
    const { digest } = await store.put(pieces(randomBytes(10)));
    await store.remove(digest);
    await store.remove(digest);
    expect(await store.get(digest)).toBeUndefined();
  });

  if (!hasLock) return;
  test("takes nothing away before its time, and keeps longer when asked", async () => {
    const store = storeOf();
    const bytes = randomBytes(20);
    const later = new Date(Date.now() + 3_600_000);
    const { digest } = await store.put(pieces(bytes), { retainUntil: later });
    await expect(store.remove(digest)).rejects.toMatchObject({ failure: "locked" });
    const loose = randomBytes(21);
    const put = await store.put(pieces(loose));
    await store.put(pieces(loose), { retainUntil: later });
    await expect(store.remove(put.digest)).rejects.toMatchObject({ failure: "locked" });
    expect(await collected(await store.get(digest))).toEqual(bytes);
  });
}
