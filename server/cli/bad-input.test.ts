import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BAD_MANIFESTS } from "#server/engines/kubernetes/testing/bad-manifests.ts";
import { readSnapshot } from "#server/integrations/kubernetes/snapshot.ts";

const run = promisify(execFile);
const MAIN = join(import.meta.dirname, "main.ts");
const HEAP_MIB = 512;
const LONGEST_MILLIS = 120_000;

let folder: string;

/** A pod that a policy isolates, an unknown kind, and policies that can't be understood. */
const GOOD = `
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop, labels: { app: web } }
spec: { hostNetwork: true, containers: [{ name: web, image: web }, null, 5] }
---
apiVersion: acme.example/v1
kind: Whatever
metadata: { name: unknown, namespace: shop }
spec: [1, { constructor: x }]
`;
const policy = (name: string, cidr: string) => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: ${name}, namespace: shop }
spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: ${cidr} } }] }] }
`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "console-bad-input-"));
  mkdirSync(join(folder, "live"));
  for (const { file, content } of BAD_MANIFESTS) writeFileSync(join(folder, "live", file), content);
  writeFileSync(join(folder, "live/good.yaml"), GOOD);
  writeFileSync(
    join(folder, "live/policies.yaml"),
    `${policy("range", "10.0.0.0/40")}---\n${policy("words", "everywhere")}`,
  );
  writeFileSync(join(folder, "live/huge.yaml"), "kind: Pod\n");
  truncateSync(join(folder, "live/huge.yaml"), 100 * 1024 * 1024);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function cli(...args: string[]) {
  const options = [`--max-old-space-size=${HEAP_MIB}`, "--conditions=react-server", MAIN];
  return run(process.execPath, [...options, ...args], {
    timeout: LONGEST_MILLIS,
    maxBuffer: 64 * 1024 * 1024,
  }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}

const live = () => join(folder, "live");
const COMMANDS: readonly [name: string, args: () => string[], still: RegExp][] = [
  ["reach", () => ["reach", live()], /shop\/web\[Pod\] => /],
  [
    "pod-security",
    () => ["pod-security", "--level", "baseline", live()],
    /Pod shop\/web: spec.hostNetwork/,
  ],
  ["diff", () => ["diff", "--desired", live(), "--live", live()], /Pod shop\/web: in-sync/],
  [
    "drift",
    () => ["drift", "--desired", join(live(), "policies.yaml"), "--live", live(), "--json"],
    /"findings"/,
  ],
];

test.each(COMMANDS)(
  "%s says each fault with file and line, and still looks at the rest, in little memory",
  async (_name, args, still) => {
    const { code, stdout, stderr } = await cli(...args());
    const said = `${stdout}\n${stderr}`;
    expect([1, 2]).toContain(code);
    expect(stdout).toMatch(still);
    for (const { file, line, message } of BAD_MANIFESTS) {
      const told = said.split("\n").find((each) => each.includes(`${file}:${line}: `));
      expect([file, told]).toEqual([file, expect.stringMatching(message)]);
    }
    expect(said).toMatch(/huge\.yaml: larger than 16 MiB/);
    expect(said).not.toMatch(/heap|RangeError|TypeError|at .*\.ts:\d+/);
  },
  LONGEST_MILLIS,
);

test(
  "a policy with an impossible CIDR is told where it stands, and isolates all the same",
  async () => {
    const { code, stdout, stderr } = await cli("reach", join(live(), "policies.yaml"));
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(
      /policies\.yaml:1: NetworkPolicy shop\/range: spec.ingress\[0\].from.ipBlock: .* not a CIDR/,
    );
    expect(stderr).toMatch(/policies\.yaml:6: NetworkPolicy shop\/words: /);
  },
  LONGEST_MILLIS,
);

test("a snapshot of it keeps what is good, and counts as incomplete", async () => {
  const { objects, problems } = await readSnapshot(live());
  expect(objects.map(({ manifest }) => manifest.metadata.name).sort()).toEqual([
    "range",
    "unknown",
    "web",
    "words",
  ]);
  expect(problems.map(({ file }) => file).sort()).toEqual(
    [...BAD_MANIFESTS.map(({ file }) => file), "huge.yaml"].sort(),
  );
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});
