import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deployment } from "#server/features/deployments/index.ts";
import {
  admin,
  demand,
  image,
  review,
  sha,
  tend,
} from "#server/features/deployments/testing/deployment-fixture.ts";
import { closeIdentityPools } from "#server/platform/db/identity-pool.ts";
import { closePools, withTenant } from "#server/platform/db/tenant-transaction.ts";
import { mintAuthorizedTenant } from "#server/platform/tenancy/authorized-tenant.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { ServiceCallers } from "#test/fixtures/service-callers.ts";
import { signedInAdmin } from "#test/fixtures/signed-in-admin.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { type ApiServer, startApiServer } from "#test/harness/api-server.ts";
import { waitFor } from "#test/harness/wait-for.ts";

const SCRIPT = join(import.meta.dirname, "../../docs/examples/deploy-pipeline.mjs");
const TENANT = "acme-shop";
const IMAGE = image("orders", "1");
const tenant = mintAuthorizedTenant(TENANT);
let server: ApiServer;
let callers: ServiceCallers;
let secret: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  server = await startApiServer();
  process.env.CONSOLE_URL = server.url;
  callers = await ServiceCallers.start({ tenants: [TENANT], consoleUrl: server.url });
  ({ secret } = await callers.register("orders-ci"));
  await demand(tenant);
}, 180_000);
afterAll(async () => {
  for (const child of children) child.kill();
  await server.stop();
  await closePools();
  await closeIdentityPools();
  await callers?.stop();
});

/** The script as a CI system runs it: its own process, plain HTTP to console and issuer, no library. */
function pipeline(service: string, changes: Record<string, string> = {}) {
  const child = spawn(process.execPath, [SCRIPT], {
    env: {
      NODE_ENV: process.env.NODE_ENV,
      PATH: process.env.PATH,
      CONSOLE_URL: server.url,
      ISSUER: callers.issuerOf(TENANT),
      CLIENT_ID: "orders-ci",
      CLIENT_SECRET: secret,
      TENANT,
      ENVIRONMENT: "prod",
      SERVICE: service,
      IMAGES: IMAGE,
      CONFIG_DIGEST: sha("config"),
      CHANGE_REF: "orders#412",
      REASON: "Orders can be split",
      RUN_ID: `run-of-${service}`,
      DEPLOY_COMMAND: "true",
      ...changes,
    },
  });
  children.push(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      output += chunk;
    });
  const ended = once(child, "exit").then(([code]) => code as number);
  return { ended, output: () => output };
}

/** The request of the run, once the worker has looked at it. */
async function asked(service: string) {
  const row = await waitFor(
    async () =>
      (
        await asSuperuser<{ deployment_id: string }>(
          "SELECT deployment_id FROM deployment_request WHERE service = $1",
          [service],
        )
      )[0],
    { timeout: 60_000, message: "the request" },
  );
  await tend(tenant, row.deployment_id);
  const viewer = admin(tenant);
  const found = await withTenant(tenant, "tenant", (tx) =>
    deployment(tx, tenant, row.deployment_id, viewer),
  );
  if (!found) throw new Error("the request is gone");
  return { deploymentId: row.deployment_id, subjectDigest: found.subjectDigest };
}

const decide = async (
  request: { deploymentId: string; subjectDigest: string },
  who: string,
  decision: "approve" | "reject" = "approve",
) => review(await signedInAdmin(tenant, callers.issuerOf(TENANT), who), request, decision);

test("it asks, waits, claims, deploys what was approved, and reports", async () => {
  const folder = callers.folder;
  const run = pipeline("orders", {
    DEPLOY_COMMAND: `printf '%s' "$IMAGES $CONFIG_DIGEST \${CLIENT_SECRET:-no secret}" > ${folder}/ran`,
  });
  const request = await asked("orders");
  await waitFor(() => run.output().includes("approvals are missing"), { timeout: 60_000 });
  // Nobody knows whose run it is: two admins instead of one.
  await decide(request, "a");
  await decide(request, "b");
  expect([await run.ended, run.output()]).toEqual([
    0,
    expect.stringContaining("reported: succeeded"),
  ]);
  expect(await readFile(join(folder, "ran"), "utf8")).toBe(`${IMAGE} ${sha("config")} no secret`);
  const runs = await asSuperuser("SELECT 1 FROM runtime_deployment WHERE deployment_id = $1", [
    request.deploymentId,
  ]);
  expect(runs).toHaveLength(1);
  const told = (await eventsOf(tenant)).filter(({ subject }) =>
    subject.endsWith(request.deploymentId),
  );
  expect(told.filter(({ actorKind }) => actorKind === "service").length).toBeGreaterThan(1);
  expect(JSON.stringify(told)).not.toContain(secret);
}, 240_000);

test("what people reject is not deployed", async () => {
  const run = pipeline("rejected", { DEPLOY_COMMAND: "exit 7" });
  await decide(await asked("rejected"), "c", "reject");
  expect([await run.ended, run.output()]).toEqual([2, expect.stringContaining("rejected")]);
}, 240_000);

test("a deployment that fails is reported as failed", async () => {
  const run = pipeline("failing", { DEPLOY_COMMAND: "exit 7" });
  const request = await asked("failing");
  await decide(request, "d");
  await decide(request, "e");
  expect([await run.ended, run.output()]).toEqual([1, expect.stringContaining("reported: failed")]);
}, 240_000);

test("a wrong secret, a tag without digest: it says so and ends", async () => {
  const unknown = pipeline("unknown", { CLIENT_SECRET: "wrong" });
  expect(await unknown.ended).toBe(1);
  expect(unknown.output()).toContain("no token: invalid_client");
  const tagged = pipeline("tagged", { IMAGES: "registry.example/bank/orders:1" });
  expect(await tagged.ended).toBe(1);
  expect(tagged.output()).toMatch(/invalid: images\.0: .*Resolve the tag/);
}, 240_000);
