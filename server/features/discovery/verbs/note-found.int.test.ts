import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { begin, discoverer, secretAt, standings } from "../testing/discovery-rig.ts";
import { noteFound } from "./note-found.ts";

test("a chunk makes rows of what nobody bound, once, and leaves staged siblings of any chunk alone", async () => {
  const tenant = await newTenant("discovery");
  const begun = await begin(tenant);
  const fence = begun?.fence ?? "";
  const note = (...names: string[]) =>
    runVerb(noteFound, discoverer(tenant), {
      fence,
      leaseSeconds: 60,
      found: names.map((name) => secretAt(`${tenant}/prod/${name}`)),
    });
  expect(await note("one", "two")).toEqual({ unmanaged: 2, back: 0 });
  expect(await note("one.staged", "two")).toEqual({ unmanaged: 0, back: 0 });
  expect(Object.keys(await standings(tenant))).toHaveLength(2);
  const events = await eventsOf(tenant);
  expect(events.map(({ type }) => type)).toEqual([
    "runtime.secrets.found-unmanaged",
    "runtime.secrets.found-unmanaged",
  ]);
});

test("another fence, a person, and more than a chunk are refused", async () => {
  const tenant = await newTenant("discovery");
  await begin(tenant);
  const found = [secretAt(`${tenant}/prod/one`)];
  const input = { fence: "7", leaseSeconds: 60, found };
  const stale = runVerb(noteFound, discoverer(tenant), input);
  await expect(stale).rejects.toMatchObject({ code: "stale" });
  const scoped = userOf(tenant, "officer", { scopes: ["runtime.secrets.discover"] });
  const byPerson = runVerb(noteFound, scoped, { ...input, fence: "1" });
  await expect(byPerson).rejects.toMatchObject({ code: "forbidden" });
  const unscoped = runVerb(noteFound, userOf(tenant, "officer", { scopes: [] }), input);
  await expect(unscoped).rejects.toMatchObject({ code: "forbidden" });
  const many = Array.from({ length: 501 }, (_, at) => secretAt(`${tenant}/prod/${at}`));
  const tooMany = runVerb(noteFound, discoverer(tenant), { ...input, fence: "1", found: many });
  await expect(tooMany).rejects.toMatchObject({ code: "invalid" });
  expect(await standings(tenant)).toEqual({});
});
