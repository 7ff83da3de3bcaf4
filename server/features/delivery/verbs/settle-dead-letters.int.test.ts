import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { deadLetter } from "../dead-letters.ts";
import {
  lettersOf,
  officerOf,
  readerOf,
  sinkNow,
  withDeadLetter,
} from "../testing/delivery-fixture.ts";
import { settleDeadLetters } from "./settle-dead-letters.ts";

test("a letter keeps its envelope, is redriven with a reason, and is no longer discarded meanwhile", async () => {
  const tenant = await newTenant("sinks");
  const { sinkId, letterId, eventId, leafIndex } = await withDeadLetter(tenant);
  const letter = await withTenant(tenant, "tenant", (tx) => deadLetter(tx, tenant, letterId));
  expect(JSON.parse(letter.envelope)).toMatchObject({ id: eventId, tenant });
  expect(JSON.parse(letter.message)).toMatchObject({
    id: eventId,
    leafindex: leafIndex.toString(),
    data: { reason: "on schedule" },
  });
  const settle = (act: "redrive" | "discard", fields: object = {}, caller = officerOf(tenant)) =>
    runVerb(settleDeadLetters, caller, {
      sinkId,
      act,
      reason: "the mapping was mended",
      ...fields,
    });
  await expect(settle("redrive", { reason: "short" })).rejects.toMatchObject({
    details: { field: "reason" },
  });
  await expect(settle("redrive", {}, readerOf(tenant))).rejects.toMatchObject({
    code: "forbidden",
  });
  const stranger = await newTenant("sinks");
  const theirs = await withDeadLetter(stranger);
  await expect(settle("redrive", {}, officerOf(stranger))).rejects.toMatchObject({
    code: "not_found",
  });
  await expect(settle("discard", { letterIds: [theirs.letterId] })).rejects.toMatchObject({
    code: "not_found",
  });
  expect(await settle("redrive", { letterIds: [letterId] })).toEqual({ count: 1 });
  expect(await settle("discard")).toEqual({ count: 0 });
  expect((await lettersOf(tenant, "redriving")).map((each) => each.letterId)).toEqual([letterId]);
  expect((await sinkNow(tenant, sinkId)).sink.cursors).toMatchObject([
    { kind: "redrive", state: "running" },
  ]);
  expect((await typesOf(tenant)).at(-1)).toBe("runtime.delivery.dead-letters-redriven");
});
