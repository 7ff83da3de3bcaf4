import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stringify } from "yaml";
import {
  type RemediationWorld,
  remediationWorld,
} from "#server/worker/remediation/testing/remediation-world.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";

/** A worker is killed (SIGKILL) before and after it changes a cluster; another goes on by what the cluster says. */
let world: RemediationWorld;
const writes: string[] = [];
beforeAll(async () => {
  world = await remediationWorld();
  world.api.onRequest = (method, url) => {
    if (method !== "GET" && !url.searchParams.has("dryRun"))
      writes.push(`${method} ${url.pathname}`);
  };
});
afterAll(() => world.close());

const made = (name: string) => writes.filter((each) => each.endsWith(`/${name}`)).length;

/** Runs the loop until it kills itself at the failpoint. */
async function killedAt(failpoint: string): Promise<void> {
  const file = join(world.root, "clusters.yaml");
  const live = { kubeconfig: join(world.root, "kubeconfig") };
  const desired = [{ folder: join(world.root, "desired") }];
  writeFileSync(file, stringify({ clusters: [{ name: world.cluster, live, desired }] }));
  const main = fileURLToPath(new URL("./remediation-process.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=react-server", main], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_OPTIONS: "", CLUSTERS_FILE: file, WORKER_FAILPOINT: failpoint },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const signal = await new Promise((resolve) => child.once("exit", (_code, how) => resolve(how)));
  expect(signal, output).toBe("SIGKILL");
  // As if its lease had run out.
  await asSuperuser("UPDATE remediation SET lease_until = clock_timestamp() WHERE tenant_id = $1", [
    world.tenant,
  ]);
}

async function approvedOne(name: string): Promise<string> {
  world.drifted(name, { a: "1" }, { a: "2" });
  const id = await world.propose(name);
  await world.comesTo(id, "awaiting_approval");
  await world.approve(id);
  return id;
}

const statesOf = async (id: string) => (await world.detail(id)).steps.map(({ to }) => to);

test.each(["before", "after"])(
  "killed %s the apply: applied once, and verified",
  { timeout: 240_000 },
  async (when) => {
    const name = `killed-${when}`;
    const id = await approvedOne(name);
    await killedAt(`${when}:remediation.apply`);
    expect(made(name)).toBe(when === "after" ? 1 : 0);
    await world.comesTo(id, "verified");
    expect(made(name)).toBe(1);
    expect(await statesOf(id)).toContain("indeterminate");
    expect(world.stored("ConfigMap", name)).toMatchObject({ data: { a: "1" } });
  },
);

test("killed after the apply, then changed by somebody: left alone, and told of", {
  timeout: 240_000,
}, async () => {
  const id = await approvedOne("changed");
  await killedAt("after:remediation.apply");
  world.put(world.configMap("changed", { a: "3" }));
  await world.comesTo(id, "failed");
  expect(made("changed")).toBe(1);
  expect(world.stored("ConfigMap", "changed")).toMatchObject({ data: { a: "3" } });
  expect(await world.detail(id)).toMatchObject({ errorCode: "changed-by-others" });
});

test.each(["before", "after"])(
  "killed %s the roll-back: gone back once",
  { timeout: 240_000 },
  async (when) => {
    const name = `back-${when}`;
    const id = await approvedOne(name);
    await world.comesTo(id, "verifying");
    const metadata = { name: `worse-${when}`, namespace: world.namespace };
    const spec = { podSelector: {}, ingress: [{}] };
    world.put({ apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata, spec });
    await world.finding(`worse-${when}`);
    await world.dueNow();
    await killedAt(`${when}:remediation.roll-back`);
    await world.comesTo(id, "rolled_back");
    expect(made(name)).toBe(2);
    expect(world.stored("ConfigMap", name)).toMatchObject({ data: { a: "2" } });
  },
);
