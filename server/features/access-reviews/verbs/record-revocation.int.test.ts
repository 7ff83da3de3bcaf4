import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { close, decide, read, review, seen, tender } from "../testing/review-rig.ts";
import { recordRevocation } from "./record-revocation.ts";

test("asked is not gone; what is still there is asked for again; what can't be asked is a to-do", async () => {
  const tenant = await newTenant("review");
  const people = { ada: ["developer"], bob: ["developer"] };
  const campaignId = await review(tenant, people);
  for (const subject of Object.keys(people)) await decide(tenant, campaignId, subject, "revoke");
  await close(tenant, campaignId);
  const entry = async (subject: string) =>
    (await seen(tenant, campaignId)).entries.find((each) => each.subject === subject);
  const record = async (subject: string, outcome: Parameters<typeof input>[1]) =>
    runVerb(recordRevocation, tender(tenant), input((await entry(subject))?.itemId ?? "", outcome));
  await record("ada", { kind: "failed", code: "unreachable" });
  await record("ada", { kind: "failed", code: "unreachable" });
  expect(await entry("ada")).toMatchObject({ revocation: "revoking", trouble: "unreachable" });
  await record("ada", { kind: "asked" });
  expect(await entry("ada")).toMatchObject({ revocation: "revoking", trouble: null });
  await read(tenant, people);
  await read(tenant, people);
  expect(await entry("ada")).toMatchObject({ revocation: "revoking", trouble: "still-there" });
  await record("bob", { kind: "by-hand", why: "not-direct" });
  expect(await entry("bob")).toMatchObject({ revocation: "to-do", trouble: "not-direct" });
  await read(tenant, {});
  expect(await entry("ada")).toMatchObject({ revocation: "gone" });
  expect(await entry("bob")).toMatchObject({ revocation: "gone" });
  const told = (await eventsOf(tenant)).filter(({ type }) => type.includes(".revocation-"));
  expect(told.map(({ type }) => type.replace("runtime.access.revocation-", ""))).toEqual([
    "failed",
    "asked",
    "by-hand",
    "seen",
    "seen",
  ]);
});

type Outcome =
  | { kind: "asked" }
  | { kind: "failed"; code: string }
  | { kind: "by-hand"; why: "not-direct" };
const input = (itemId: string, outcome: Outcome) => ({ itemId, outcome, retryAfterSeconds: 30 });
