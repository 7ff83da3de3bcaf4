import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { identityOrigins } from "./identity-origins.ts";

const folder = mkdtempSync(join(tmpdir(), "identity-origins-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

it("lists each issuer's origin once", () => {
  const realms = [
    "https://id.example/realms/a",
    "https://id.example/realms/b",
    "https://c.example",
  ];
  const path = file("good.json", JSON.stringify({ realms: realms.map((issuer) => ({ issuer })) }));
  expect(identityOrigins(path)).toEqual(["https://c.example", "https://id.example"]);
});

it("opens nothing when the file is absent or malformed", () => {
  expect(identityOrigins(undefined)).toEqual([]);
  expect(identityOrigins(join(folder, "absent.json"))).toEqual([]);
  expect(identityOrigins(file("bad.json", '{"realms":[{"issuer":"not a url"}]}'))).toEqual([]);
});
