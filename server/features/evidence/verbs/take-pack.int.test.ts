import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { readyPack, SOME_DIGEST, SOME_KEY, sealedTenant } from "../testing/evidence-fixture.ts";
import { takePack } from "./take-pack.ts";

test("taking a pack is told once for each person; another tenant has no such pack", async () => {
  const fixture = await sealedTenant();
  const { tenant, auditor } = fixture;
  const packId = await readyPack(fixture);
  const taken = { digest: SOME_DIGEST, storedDigest: SOME_DIGEST, bytes: 1_000, packKey: SOME_KEY };
  expect(await runVerb(takePack, auditor, { packId })).toEqual(taken);
  expect(await runVerb(takePack, auditor, { packId })).toEqual(taken);
  await runVerb(takePack, userOf(tenant, "another"), { packId });
  const events = await eventsOf(tenant);
  expect(events.filter(({ type }) => type === "runtime.evidence.pack-taken")).toHaveLength(2);
  const other = await sealedTenant(1);
  await expect(runVerb(takePack, other.auditor, { packId })).rejects.toMatchObject({
    code: "not_found",
  });
  const reader = userOf(tenant, "dev", { roles: ["developer"] });
  await expect(runVerb(takePack, reader, { packId })).rejects.toMatchObject({ code: "forbidden" });
});
