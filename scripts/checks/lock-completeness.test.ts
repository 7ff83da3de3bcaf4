import { expect, test } from "vitest";
import { completeLock, lockCompleteness, platformOf } from "./lock-completeness.ts";

const lock = {
  packages: {
    "": {},
    "node_modules/tool": {
      version: "1.0.0",
      dev: true,
      optionalDependencies: { "@tool/linux-x64": "1.0.0", "@tool/darwin-arm64": "1.0.0" },
    },
    "node_modules/@tool/linux-x64": { version: "1.0.0", optional: true },
    "node_modules/a/node_modules/b": {
      version: "1.0.0",
      optionalDependencies: { nested: "^2.0.0" },
    },
    "node_modules/a/node_modules/nested": { version: "2.1.0", optional: true },
  },
};

test("names what is left out, and completes it", () => {
  expect(lockCompleteness(lock).map((each) => each.problem)).toEqual([
    expect.stringContaining("@tool/darwin-arm64 (optional, of node_modules/tool)"),
  ]);
  const complete = completeLock(lock);
  expect(complete.packages["node_modules/@tool/darwin-arm64"]).toEqual({
    version: "1.0.0",
    os: ["darwin"],
    cpu: ["arm64"],
    dev: true,
    optional: true,
  });
  expect(lockCompleteness(complete)).toEqual([]);
});

test.each([
  ["@oxc-parser/binding-linux-arm-musleabihf", { os: ["linux"], cpu: ["arm"], libc: ["musl"] }],
  ["@swc/core-linux-s390x-gnu", { os: ["linux"], cpu: ["s390x"], libc: ["glibc"] }],
  ["@next/swc-win32-arm64-msvc", { os: ["win32"], cpu: ["arm64"] }],
  ["@tailwindcss/oxide-wasm32-wasi", { cpu: ["wasm32"] }],
])("reads the platform of %s", (name, platform) => expect(platformOf(name)).toEqual(platform));
