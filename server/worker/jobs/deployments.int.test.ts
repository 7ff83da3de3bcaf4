import { expect, test } from "vitest";
import {
  admin,
  demand,
  detail,
  developer,
  ONE_ADMIN,
  requestInput,
  runOut,
} from "#server/features/deployments/testing/deployment-fixture.ts";
import { requestDeployment } from "#server/features/deployments/verbs/request-deployment.ts";
import { findDueKeys } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { announceDeployments, tendDueDeployments } from "./deployments.ts";

const isDue = async (call: string, id: string) =>
  (await findDueKeys<{ id: string }>(call, [10_000])).some((key) => key.id === id);
const due = (id: string) => isDue("app.due_deployments($1)", id);

test("new, outdated and expired requests are due, each until it was tended; keys are all that is said", async () => {
  const tenant = await newTenant();
  await demand(tenant);
  const { deploymentId: id } = await runVerb(requestDeployment, developer(tenant), requestInput());
  expect(await due(id)).toBe(true);
  await tendDueDeployments();
  expect((await detail(admin(tenant), id)).state).toBe("awaiting_approval");
  expect(await due(id)).toBe(false);

  await demand(tenant, { ...ONE_ADMIN, waitingSeconds: 60 }, 1);
  expect(await due(id)).toBe(true);
  await tendDueDeployments();
  expect((await detail(admin(tenant), id)).revision).toBe(2);
  expect(await due(id)).toBe(false);

  await runOut(tenant, id);
  expect(await due(id)).toBe(true);
  await tendDueDeployments();
  expect(await due(id)).toBe(false);
  expect((await detail(admin(tenant), id)).history.at(-1)?.stateTo).toBe("expired");

  expect(await isDue("app.unannounced_deployments($1)", id)).toBe(true);
  await announceDeployments();
  expect(await isDue("app.unannounced_deployments($1)", id)).toBe(false);
});
