import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { sealedTenant } from "../testing/evidence-fixture.ts";
import { askPack } from "./ask-pack.ts";
import { beginPack } from "./begin-pack.ts";

test("one worker takes a pack, with what was asked for; another after its lease; no person does", async () => {
  const { tenant, auditor, worker } = await sealedTenant();
  const { packId } = await runVerb(askPack, auditor, {
    query: "kind:user",
    disclosure: "payloads",
  });
  const begin = (caller = worker) =>
    runVerb(beginPack, caller, { packId, owner: "w1", leaseSeconds: 60 });
  const tries = await Promise.all([begin(), begin(), begin()]);
  expect(tries.filter(({ begun }) => begun !== null)).toMatchObject([
    { begun: { fence: "1", query: "kind:user", disclosure: "payloads", from: "0", to: "10" } },
  ]);
  await asSuperuser("UPDATE evidence_pack SET lease_until = now() WHERE pack_id = $1", [packId]);
  expect((await begin()).begun?.fence).toBe("2");
  const person = userOf(tenant, "x", { scopes: ["runtime.evidence.make"] });
  await expect(begin(person)).rejects.toMatchObject({ code: "forbidden" });
});
