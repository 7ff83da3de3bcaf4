import { expect, test } from "vitest";
import { violationKey } from "./violation-key.ts";

const REACHED = {
  code: "reached-by-tenant",
  params: { workload: "shop/web[Deployment]", more: "0", ports: "TCP 80", why: "shop/open" },
  peer: "aa",
  objects: ["NetworkPolicy shop/open"],
};

test.each([
  ["more workloads of the same border", { params: { ...REACHED.params, more: "4" } }],
  [
    "another workload that stands for them",
    { params: { ...REACHED.params, workload: "shop/api" } },
  ],
])("%s is the same violation", (_, change) => {
  expect(violationKey({ ...REACHED, ...change })).toBe(violationKey(REACHED));
});

test.each([
  ["another neighbour", { peer: "bb" }],
  ["another port", { params: { ...REACHED.params, ports: "TCP 5432" } }],
  ["another policy that lets it in", { objects: ["NetworkPolicy shop/more"] }],
  ["another kind", { code: "reaches-tenant" }],
])("%s is another violation", (_, change) => {
  expect(violationKey({ ...REACHED, ...change })).not.toBe(violationKey(REACHED));
});

test("a workload that nothing isolates is told by its name; a pod that is replaced is not", () => {
  const free = { code: "not-isolated", params: { workload: "a", direction: "in" }, objects: [] };
  const other = { ...free, params: { ...free.params, workload: "b" } };
  expect(violationKey(other)).not.toBe(violationKey(free));
  const shared = { code: "pods-of-another-tenant", params: { namespace: "a" }, peer: "bb" };
  expect(violationKey({ ...shared, objects: ["Pod a/x-1"] })).toBe(
    violationKey({ ...shared, objects: ["Pod a/x-2"] }),
  );
});
