import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";
import { cachedDirectory, verifySha256 } from "./peer-cache.ts";

const root = mkdtempSync(join(tmpdir(), "peer-cache-"));
beforeEach(() => vi.stubEnv("CONSOLE_CACHE_DIR", join(root, "cache")));
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rmSync(root, { recursive: true }));

const fillWith = (text: string) => async (directory: string) =>
  writeFileSync(join(directory, "file"), text);

test("fills a directory once", async () => {
  const fill = vi.fn(fillWith("one"));
  const first = await cachedDirectory("once", fill);
  expect(await cachedDirectory("once", fill)).toBe(first);
  expect(fill).toHaveBeenCalledTimes(1);
  expect(existsSync(join(first, "file"))).toBe(true);
});

test("two at a time end with one whole directory", async () => {
  const [left, right] = await Promise.all([
    cachedDirectory("race", fillWith("left")),
    cachedDirectory("race", fillWith("right")),
  ]);
  expect(left).toBe(right);
  expect(readdirSync(join(root, "cache")).filter((name) => name.startsWith("race"))).toEqual([
    "race",
  ]);
});

test("a filling that fails leaves nothing behind", async () => {
  const failing = cachedDirectory("broken", async (directory) => {
    writeFileSync(join(directory, "half"), "");
    throw new Error("cut off");
  });
  await expect(failing).rejects.toThrow("cut off");
  expect(readdirSync(join(root, "cache")).some((name) => name.startsWith("broken"))).toBe(false);
});

test("a file with another digest than the pinned one is refused", async () => {
  const file = join(root, "download");
  writeFileSync(file, "abc");
  const digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  await verifySha256(file, digest);
  writeFileSync(file, "abd");
  await expect(verifySha256(file, digest)).rejects.toThrow("is pinned: not using it");
});
