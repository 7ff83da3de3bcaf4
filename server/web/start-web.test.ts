import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { logger } from "#server/platform/telemetry/logger.ts";
import { environment } from "#test/fixtures/environment.ts";
import { identityFile } from "#test/isolation/identity-file.ts";
import { startWeb } from "./start-web.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

test("a process whose environment production refuses ends, and does not stay to answer with errors", () => {
  Object.assign(process.env, environment({ CONSOLE_MODE: "production" }));
  const exit = vi.spyOn(process, "exit").mockImplementation((code) => {
    throw new Error(`exit ${code}`);
  });
  const once = vi.spyOn(process, "once");
  expect(() => startWeb()).toThrow("exit 1");
  expect(exit).toHaveBeenCalledExactlyOnceWith(1);
  expect(once).not.toHaveBeenCalled();
});

test("a process whose policies are not valid ends, naming file, line and problem", () => {
  const directory = mkdtempSync(join(tmpdir(), "policies-"));
  cpSync("policies", directory, { recursive: true });
  writeFileSync(
    join(directory, "bad.cedar"),
    '// One\npermit (principal, action == Action::"RotateSecret", resource) when { resource.colour == "red" };',
  );
  const [seed, identity] = [join(directory, "seed"), join(directory, "identity.json")];
  writeFileSync(seed, "0123456789abcdef".repeat(4));
  writeFileSync(identity, identityFile(["acme"]));
  const before = { ...process.env };
  const files = { LOG_SIGNING_KEY_FILE: seed, IDENTITY_CONFIG: identity };
  Object.assign(process.env, environment(files), { POLICIES_DIR: directory });
  const exit = vi.spyOn(process, "exit").mockImplementation((code) => {
    throw new Error(`exit ${code}`);
  });
  const fatal = vi.spyOn(logger, "fatal").mockImplementation(() => undefined);
  try {
    expect(() => startWeb()).toThrow("exit 1");
    expect(exit).toHaveBeenCalledExactlyOnceWith(1);
    const [{ err }] = fatal.mock.calls[0] as unknown as [{ err: Error }];
    expect(err.message).toMatch(/bad\.cedar:2:71: .*colour/);
  } finally {
    process.env = before;
    rmSync(directory, { recursive: true });
  }
});
