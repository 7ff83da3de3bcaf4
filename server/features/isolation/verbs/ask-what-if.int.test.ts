import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { whatIfOf } from "../what-if-queries.ts";
import { askWhatIf } from "./ask-what-if.ts";

const POLICY = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: own-only, namespace: shop-prod }
spec: { podSelector: {}, ingress: [{}] }
`;
const question = { kind: "change" as const, policies: POLICY, remove: ["shop-prod/old"] };

test("a question is kept sealed, told in the log without its text, and read in its own tenant alone", async () => {
  const tenant = await newTenant("asks");
  const other = await newTenant("other");
  const officer = userOf(tenant, "sara");
  const { whatIfId } = await runVerb(askWhatIf, officer, { environment: "prod", question });
  const view = await withTenant(tenant, "tenant", (tx) => whatIfOf(tx, tenant, whatIfId, [tenant]));
  expect(view).toMatchObject({ state: "requested", question, answer: null, environment: "prod" });
  expect(view.askedByName).toBe("Name of sara");
  await expect(
    withTenant(other, "tenant", (tx) => whatIfOf(tx, other, whatIfId, [other])),
  ).rejects.toMatchObject({ code: "not_found" });
  const [row] = await asSuperuser<{ question: Buffer }>(
    "SELECT question FROM isolation_what_if WHERE what_if_id = $1",
    [whatIfId],
  );
  expect(row?.question.toString("latin1")).not.toContain("own-only");
  const told = (await eventsOf(tenant)).filter(({ type }) => type.endsWith("what-if-asked"));
  expect(told).toMatchObject([
    { payload: { whatIfId, kind: "change", about: ["shop-prod/own-only", "shop-prod/old"] } },
  ]);
});

test("a text that is no policy is refused with its place, and so is a change of nothing", async () => {
  const officer = userOf(await newTenant("asks"), "sara");
  const ask = (policies: string | null) =>
    runVerb(askWhatIf, officer, {
      environment: "prod",
      question: { kind: "change", policies, remove: [] },
    });
  await expect(ask("a: 1\nb: [")).rejects.toMatchObject({
    code: "invalid",
    details: { field: "question.policies" },
    message: expect.stringContaining("line 2"),
  });
  await expect(ask(POLICY.replace("NetworkPolicy", "Pod"))).rejects.toMatchObject({
    code: "invalid",
  });
  await expect(ask(null)).rejects.toMatchObject({ code: "invalid" });
});

test("a connection that is not the tenant's is not there, and without the scope nothing is asked", async () => {
  const tenant = await newTenant("asks");
  const close = { kind: "close", edgeId: "0".repeat(32), direction: "in" } as const;
  await expect(
    runVerb(askWhatIf, userOf(tenant, "sara"), { environment: "prod", question: close }),
  ).rejects.toMatchObject({ code: "not_found" });
  await expect(
    runVerb(askWhatIf, userOf(tenant, "dev", { roles: ["developer"], scopes: [] }), {
      environment: "prod",
      question,
    }),
  ).rejects.toMatchObject({ code: "forbidden" });
});

test("no more wait than the worker should have before it", async () => {
  const tenant = await newTenant("asks");
  const officer = userOf(tenant, "sara");
  await runVerb(askWhatIf, officer, { environment: "prod", question });
  await asSuperuser(
    `INSERT INTO isolation_what_if SELECT tenant_id, gen_random_uuid(), environment, state, question_key, question,
       answer_key, answer, asked_by_name, event_id, asked_at, answered_at, erase_at, lease_owner, lease_until, fence
     FROM isolation_what_if, generate_series(1, 19) WHERE tenant_id = $1`,
    [tenant],
  );
  await expect(
    runVerb(askWhatIf, officer, { environment: "prod", question }),
  ).rejects.toMatchObject({ code: "conflict" });
});
