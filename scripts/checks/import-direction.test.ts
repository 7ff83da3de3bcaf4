import { expect, test } from "vitest";
import { importDirection } from "./import-direction.ts";
import { parseSource } from "./source-tree.ts";

const SOUND = {
  "server/features/rotation/router.ts": `import { router } from "#server/trpc/init.ts"; import { start } from "./verbs/start.ts";`,
  "server/features/rotation/verbs/start.ts": `import { verb } from "#server/platform/verb.ts"; import { open } from "../../approvals/index.ts";`,
  "server/platform/verb.ts": `import { hash } from "#server/engines/merkle/hash.ts"; import "server-only";`,
  "server/engines/merkle/hash.ts": `import { createHash } from "node:crypto";`,
  "components/ui/x.tsx": `import type { AppRouter } from "#server/trpc/root.ts";`,
};

function problems(changed: Record<string, string> = {}): string[] {
  const files = Object.entries({ ...SOUND, ...changed });
  return importDirection(files.map(([path, text]) => parseSource(path, text))).map(
    (breach) => `${breach.file}:${breach.line} ${breach.problem}`,
  );
}

test("accepts imports that point one way", () => expect(problems()).toEqual([]));

test.each([
  [
    "server/platform/x.ts",
    `import "../features/rotation/index.ts";`,
    "platform must not import features",
  ],
  [
    "server/features/a/x.ts",
    `import { y } from "../rotation/queries.ts";`,
    "internals of the feature rotation",
  ],
  ["server/features/a/x.ts", `import "#app/page.tsx";`, "features must not import app"],
  [
    "server/features/a/x.ts",
    `import "#server/embedded/seed.ts";`,
    "features must not import embedded",
  ],
  [
    "server/integrations/a/x.ts",
    `export { y } from "#server/features/a/index.ts";`,
    "integrations must not import features",
  ],
  ["server/engines/a.ts", `import { readFile } from "node:fs/promises";`, "engines do no I/O"],
  ["server/engines/a.ts", `import pg from "pg";`, "engines do no I/O"],
  [
    "server/engines/a.ts",
    `const x = await import("../platform/verb.ts");`,
    "engines must not import platform",
  ],
  [
    "components/x.tsx",
    `import { appRouter } from "#server/trpc/root.ts";`,
    "components must not import trpc",
  ],
  [
    "app/page.tsx",
    `import { bao } from "#server/integrations/openbao/x.ts";`,
    "app must not import integrations",
  ],
  [
    "server/platform/x.ts",
    `import { y } from "../../test/harness/y.ts";`,
    "no part of the product",
  ],
])("refuses %s: %s", (path, text, expected) => {
  expect(problems({ [path]: text }).join("\n")).toContain(expected);
});

test("finds an integration behind a verb's own helper, and names the chain", () => {
  const found = problems({
    "server/features/rotation/verbs/start.ts": `import { help } from "../helper.ts";`,
    "server/features/rotation/helper.ts": `import { put } from "#server/integrations/openbao/kv.ts";`,
  });
  expect(found.join()).toContain(
    "server/features/rotation/helper.ts → server/integrations/openbao/kv.ts",
  );
});

test("fails on an empty graph", () => {
  expect(() => importDirection([])).toThrow("prove nothing");
  expect(() => importDirection([parseSource("server/engines/a.ts", "")])).toThrow("prove nothing");
});
