import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { removeView } from "./remove-view.ts";
import { saveView } from "./save-view.ts";

test("a person removes an own view once, and never another's", async () => {
  const tenant = await newTenant("views");
  const [mine, theirs] = [userOf(tenant, "one"), userOf(tenant, "other")];
  const { viewId } = await runVerb(saveView, mine, { page: "rotations", name: "x", params: "" });
  await expect(runVerb(removeView, theirs, { viewId })).rejects.toMatchObject({
    code: "not_found",
  });
  await runVerb(removeView, mine, { viewId });
  await expect(runVerb(removeView, mine, { viewId })).rejects.toMatchObject({ code: "not_found" });
});
