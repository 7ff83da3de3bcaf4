import { expect, test } from "vitest";
import { elevated } from "#server/platform/authz/production-rights.ts";
import { runVerb } from "#server/platform/verb.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { breakGlass, declared, fireman } from "../testing/glass-rig.ts";
import { endBreakGlass } from "./end-break-glass.ts";

test("it is given back early by its person alone, once, and bites on the next call", async () => {
  const tenant = await newTenant("glass");
  const who = fireman(tenant);
  const { useId } = await breakGlass(who, await declared(tenant));
  const other = fireman(tenant, "somebody");
  await expect(runVerb(endBreakGlass, other, { useId })).rejects.toMatchObject({
    code: "not_found",
  });
  expect(await runVerb(endBreakGlass, who, { useId })).toMatchObject({ isLive: false });
  expect((await elevated(who)).elevation).toBeUndefined();
  expect(await runVerb(endBreakGlass, who, { useId })).toMatchObject({ isLive: false });
});
