import { expect, test } from "vitest";
import { linesFromKubectl, rulesFromLines } from "./namespace-lines.ts";

const labels = (tenant: string, environment?: string) => ({
  "catalyst.openova.io/tenant": tenant,
  ...(environment ? { "catalyst.openova.io/environment": environment } : {}),
});

test("what kubectl prints becomes lines; one without an environment has to be completed", () => {
  const items = [
    { metadata: { name: "shop-prod", labels: labels("acme-shop", "prod") } },
    { metadata: { name: "shop-odd", labels: labels("acme-shop") } },
    { metadata: { name: "kube-public" } },
  ];
  const lines = linesFromKubectl(JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  expect(lines).toBe("shop-prod acme-shop prod\nshop-odd acme-shop ?");
  expect(rulesFromLines(lines ?? "").badLine).toBe(2);
  for (const text of ["", "{", '{"items":1}', "shop acme prod"])
    expect(linesFromKubectl(text)).toBeNull();
});

test("lines become rules; the first that is none is named", () => {
  const text = "\n a acme prod\nb acme staging orders \n ingress exempt\nold remove\n";
  expect(rulesFromLines(text)).toEqual({
    badLine: null,
    rules: [
      { namespace: "a", rule: "owned", tenant: "acme", environment: "prod", service: null },
      { namespace: "b", rule: "owned", tenant: "acme", environment: "staging", service: "orders" },
      { namespace: "ingress", rule: "exempt" },
      { namespace: "old", rule: "removed" },
    ],
  });
  for (const line of ["a", "a acme", "a acme live", "a acme prod x y", "a exempt prod x"])
    expect(rulesFromLines(`x y prod\n${line}`).badLine).toBe(2);
});
