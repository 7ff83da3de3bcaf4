import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { seedDeployments } from "./seed-deployments.ts";

const directory = mkdtempSync(join(tmpdir(), "seed-deployments-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test("environments, what runs and requests in several states, made by people through the verbs; once", async () => {
  const tenant = await newTenant();
  const identityFile = join(directory, "identity.json");
  const realms = [tenant, "catalyst-admin"].map((realm) => ({
    realm,
    issuer: `https://idp.test/realms/${realm}`,
  }));
  writeFileSync(identityFile, JSON.stringify({ realms }));
  const look = async () => ({
    states: await asSuperuser<{ state: string; count: number }>(
      "SELECT state, count(*)::int AS count FROM deployment_request WHERE tenant_id = $1 GROUP BY state ORDER BY state",
      [tenant],
    ),
    running: await asSuperuser<{ environment: string; count: number }>(
      "SELECT environment, count(*)::int AS count FROM runtime_deployment WHERE tenant_id = $1 GROUP BY environment ORDER BY environment",
      [tenant],
    ),
    versions: await asSuperuser<{ environment: string; version: number }>(
      "SELECT environment, version FROM environment_policy WHERE tenant_id = $1 ORDER BY environment",
      [tenant],
    ),
  });
  const seed = { sovereign: "omantel", tenant, identityFile };
  await seedDeployments(seed);
  const first = await look();
  expect(first).toEqual({
    states: [
      { state: "awaiting_approval", count: 2 },
      { state: "checking", count: 1 },
      { state: "rejected", count: 1 },
      { state: "succeeded", count: 8 },
    ],
    running: [
      { environment: "prod", count: 6 },
      { environment: "staging", count: 1 },
      { environment: "test", count: 1 },
    ],
    versions: [
      { environment: "prod", version: 1 },
      { environment: "staging", version: 2 },
      { environment: "test", version: 1 },
    ],
  });
  await seedDeployments(seed);
  expect(await look()).toEqual(first);
  // Without the identity provider's file there are no people, and nothing is seeded.
  const empty = await newTenant();
  await seedDeployments({ ...seed, tenant: empty, identityFile: join(directory, "none.json") });
  expect(
    await asSuperuser("SELECT 1 FROM environment_policy WHERE tenant_id = $1", [empty]),
  ).toEqual([]);
});
