import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { sealedTenant } from "../testing/evidence-fixture.ts";
import { recordTileCopies } from "./record-tile-copies.ts";

test("a copy is recorded once; the same tile with other bytes is refused", async () => {
  const { tenant, worker } = await sealedTenant(1);
  const copies = [
    { level: 0, index: 0, digest: "aa".repeat(32) },
    { level: -1, index: 0, digest: "bb".repeat(32) },
  ];
  expect(await runVerb(recordTileCopies, worker, { copies })).toEqual({ recorded: 2 });
  expect(await runVerb(recordTileCopies, worker, { copies })).toEqual({ recorded: 0 });
  const told = (await eventsOf(tenant)).filter(({ type }) => type.endsWith("tiles-copied"));
  expect(told).toHaveLength(1);
  const altered = [{ level: 0, index: 0, digest: "cc".repeat(32) }];
  await expect(runVerb(recordTileCopies, worker, { copies: altered })).rejects.toMatchObject({
    code: "conflict",
  });
  const person = userOf(tenant, "x", { scopes: ["runtime.evidence.make"] });
  await expect(runVerb(recordTileCopies, person, { copies })).rejects.toMatchObject({
    code: "forbidden",
  });
});
