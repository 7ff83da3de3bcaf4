import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  activate,
  admin,
  ask,
  fresh,
  offer,
  officer,
  review,
} from "../testing/elevation-fixture.ts";
import { withdrawElevation } from "./withdraw-elevation.ts";

test("taken back by whoever asked, once, and then neither approved nor activated", async () => {
  const tenant = await newTenant();
  await offer(tenant);
  const ada = admin(tenant, "ada");
  const asked = await ask(ada);
  const withdraw = (caller = ada) =>
    runVerb(withdrawElevation, caller, { requestId: asked.requestId, reason: "Not needed" });
  await expect(withdraw(officer(tenant))).rejects.toMatchObject({ code: "forbidden" });
  await expect(withdraw(admin(await newTenant(), "ada"))).rejects.toMatchObject({
    code: "not_found",
  });
  expect(await withdraw()).toMatchObject({ state: "withdrawn" });
  expect(await withdraw()).toMatchObject({ state: "withdrawn" });
  await expect(review(officer(tenant), asked)).rejects.toMatchObject({ code: "conflict" });
  await expect(activate(ada, asked, [fresh(officer(tenant))])).rejects.toMatchObject({
    code: "conflict",
  });
  const types = await typesOf(tenant);
  expect(types.filter((type) => type === "runtime.elevation.withdrawn")).toHaveLength(1);
});
