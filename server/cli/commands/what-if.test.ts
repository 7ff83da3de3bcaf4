import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SAMPLE } from "#server/engines/isolation/testing/sample-cluster.ts";
import { whatIfCommand } from "./what-if.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "what-if-"));
  writeFileSync(join(root, "cluster.yaml"), SAMPLE);
});
afterAll(() => rmSync(root, { recursive: true }));

async function run(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const output = { out: (line: string) => out.push(line), err: (line: string) => err.push(line) };
  const code = await whatIfCommand.run([...args, "--live", join(root, "cluster.yaml")], output);
  return { code, out, err };
}

function draft(text: string): string {
  const file = join(root, "draft.yaml");
  writeFileSync(file, text);
  return file;
}

const HEAD = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n";

test("0 when nothing would change, 1 with each edge when something would", async () => {
  const same = draft(`${HEAD}metadata: { name: more, namespace: lulu-prod }
spec: { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] }\n`);
  expect(await run("--policy", same)).toEqual({ code: 0, out: [], err: [] });
  const open = draft(`${HEAD}metadata: { name: own-only, namespace: lulu-prod }
spec: { podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{ ports: [{ port: 443 }] }] }\n`);
  const { code, out, err } = await run("--policy", open);
  expect([code, err]).toEqual([1, []]);
  // The door of the platform isn't limited: with lulu's ingress open it gets in.
  expect(out).toContain("+ ingress/door-1[Pod] => lulu-prod/store-1[Pod] : TCP 443");
  expect(out.every((line) => line.startsWith("+ "))).toBe(true);
  const { code: gone, out: lines } = await run("--remove", "acme-prod/own-only", "--json");
  expect(gone).toBe(1);
  expect(JSON.parse(lines.join("\n"))).toMatchObject({
    policies: { removed: ["acme-prod/own-only"] },
    problems: [],
  });
});

test("2 when it cannot tell: a policy that is none, one that is not there", async () => {
  const broken = draft(`${HEAD}metadata: { name: own-only, namespace: lulu-prod }
spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: 1.2.3/8 } }] }] }\n`);
  await expect(run("--policy", broken)).resolves.toMatchObject({ code: 2 });
  expect(await run("--remove", "lulu-prod/never")).toMatchObject({
    code: 2,
    err: ["NetworkPolicy lulu-prod/never: to be removed, but not there"],
  });
});
