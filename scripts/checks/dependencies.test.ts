import { expect, test } from "vitest";
import { dependencies } from "./dependencies.ts";

const lock = {
  packages: {
    "node_modules/zod": { version: "4.0.0" },
    "node_modules/vitest": { version: "5.0.0" },
  },
};
const manifest = { dependencies: { zod: "4.0.0" }, devDependencies: { vitest: "5.0.0" } };
const DOCUMENT = "| Package | What for |\n|---|---|\n| `zod` | Parses |\n";
const problems = (...args: Parameters<typeof dependencies>) =>
  dependencies(...args).map((breach) => `${breach.file}: ${breach.problem}`);

test("accepts exact, locked and documented dependencies", () => {
  expect(problems(manifest, lock, DOCUMENT)).toEqual([]);
});

test.each(["^4.0.0", "latest", "4", "~4.0.0"])("refuses the version %s", (version) => {
  expect(problems({ dependencies: { zod: version } }, lock, DOCUMENT).join()).toContain(
    "not an exact version",
  );
});

test("refuses a lock that says otherwise, a missing line and a line too many", () => {
  expect(problems({ dependencies: { zod: "4.0.1" } }, lock, DOCUMENT).join()).toContain(
    "not what the lock holds",
  );
  expect(problems(manifest, lock, "").join()).toContain("zod has no line");
  expect(problems(manifest, lock, `${DOCUMENT}| \`left-pad\` | Pads |`).join()).toContain(
    "left-pad is no dependency",
  );
});

test("fails without dependencies", () =>
  expect(() => dependencies({}, lock, "")).toThrow("prove nothing"));
