import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { PeerUnobtainable } from "../peer-unobtainable.ts";
import { findJdk } from "./find-jdk.ts";

const root = mkdtempSync(join(tmpdir(), "find-jdk-"));
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rmSync(root, { recursive: true }));

function javaHome(name: string, release: string): string {
  const home = join(root, name);
  mkdirSync(join(home, "bin"), { recursive: true });
  writeFileSync(join(home, "bin/java"), "");
  writeFileSync(join(home, "release"), release);
  return home;
}

test("JAVA_HOME comes first when it is new enough", async () => {
  const home = javaHome("new", 'IMPLEMENTOR="x"\nJAVA_VERSION="900.0.1"\n');
  vi.stubEnv("JAVA_HOME", home);
  expect(await findJdk(900)).toBe(home);
});

test("when none is new enough it says which were seen, as a reason to skip", async () => {
  const old = javaHome("old", 'JAVA_VERSION="1.8.0_402"\n');
  vi.stubEnv("JAVA_HOME", old);
  const failure = await findJdk(901).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(PeerUnobtainable);
  expect(String(failure)).toContain("Java 901 or newer is needed");
  expect(String(failure)).toContain(`1 in ${old}`);
});
