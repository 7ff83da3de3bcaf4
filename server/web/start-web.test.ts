import { afterEach, expect, test, vi } from "vitest";
import { environment } from "#test/fixtures/environment.ts";
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
