import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { peerRef } from "../peer-ref.ts";
import { whatIfOf } from "../what-if-queries.ts";
import type { WhatIfAnswer } from "../what-if-schema.ts";
import { askWhatIf } from "./ask-what-if.ts";
import { beginWhatIf } from "./begin-what-if.ts";
import { recordWhatIf } from "./record-what-if.ts";

function answerWith(peer: string): WhatIfAnswer {
  return {
    readings: [{ cluster: "omantel", digest: "d".repeat(64), takenAt: null }],
    problems: [],
    policies: { added: ["shop-prod/a"], replaced: [], removed: [] },
    edges: [
      {
        cluster: "omantel",
        own: "shop-prod/app[Pod]",
        direction: "in",
        far: { kind: "tenant", text: null, peer },
        before: null,
        after: "TCP 443",
        count: 2,
      },
    ],
    edgesLeftOff: 0,
    before: { state: "verified", violations: [] },
    after: { state: "violated", violations: [] },
    proposal: null,
    digest: "e".repeat(64),
  };
}

test("an answer is kept once, sealed, and names a neighbour only to those who may know it", async () => {
  const tenant = await newTenant("records");
  const neighbour = await newTenant("neighbour");
  const question = { kind: "change" as const, policies: null, remove: ["shop-prod/old"] };
  const { whatIfId } = await runVerb(askWhatIf, userOf(tenant, "sara"), {
    environment: "prod",
    question,
  });
  const worker = workerOf(tenant, ["runtime.isolation.observe"]);
  const { begun } = await runVerb(beginWhatIf, worker, { whatIfId, owner: "w", leaseSeconds: 60 });
  const fence = begun?.fence ?? "";
  const answer = answerWith(peerRef(neighbour));
  await expect(
    runVerb(recordWhatIf, worker, { whatIfId, fence: "7", answer }),
  ).rejects.toMatchObject({ code: "stale" });
  await expect(
    runVerb(recordWhatIf, userOf(tenant, "x", { scopes: ["runtime.isolation.observe"] }), {
      whatIfId,
      fence,
      answer,
    }),
  ).rejects.toMatchObject({ code: "forbidden" });
  expect(await runVerb(recordWhatIf, worker, { whatIfId, fence, answer })).toEqual({
    state: "answered",
  });
  await expect(runVerb(recordWhatIf, worker, { whatIfId, fence, answer })).rejects.toMatchObject({
    code: "stale",
  });
  const read = (known: readonly string[]) =>
    withTenant(tenant, "tenant", (tx) => whatIfOf(tx, tenant, whatIfId, known));
  expect((await read([tenant])).answer).toMatchObject({ ...answer, peers: {} });
  expect((await read([tenant, neighbour])).answer?.peers).toEqual({
    [peerRef(neighbour)]: neighbour,
  });
  const rows = await asSuperuser("SELECT * FROM isolation_what_if WHERE what_if_id = $1", [
    whatIfId,
  ]);
  expect(JSON.stringify(rows)).not.toContain("shop-prod");
  const told = (await eventsOf(tenant)).filter(({ type }) => type.endsWith("what-if-answered"));
  expect(told).toMatchObject([
    { payload: { whatIfId, digest: answer.digest, before: "verified", after: "violated" } },
  ]);
});
