import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { sourceDigest } from "./source-digest.ts";

const root = mkdtempSync(join(tmpdir(), "sovereign-console-digest-"));
afterAll(() => rmSync(root, { recursive: true }));

test("changes with content and names of sources, and with nothing else", () => {
  mkdirSync(join(root, "app/api"), { recursive: true });
  writeFileSync(join(root, "app/page.tsx"), "one");
  const before = sourceDigest(root);
  writeFileSync(join(root, "app/page.test.tsx"), "a test");
  writeFileSync(join(root, "README.md"), "text");
  expect(sourceDigest(root)).toBe(before);
  writeFileSync(join(root, "app/page.tsx"), "two");
  const changed = sourceDigest(root);
  expect(changed).not.toBe(before);
  writeFileSync(join(root, "app/api/route.ts"), "");
  expect(sourceDigest(root)).not.toBe(changed);
});
