import { expect, test } from "vitest";
import { readTargets, targetLines } from "./target-lines.ts";

test("targets read back as they are written", () => {
  const targets = [
    { kind: "keycloak-role" as const, role: "elevated-production" },
    {
      kind: "kubernetes-role-binding" as const,
      namespace: "shop",
      roleKind: "ClusterRole" as const,
      role: "edit",
    },
  ];
  expect(readTargets(`${targetLines(targets)}\n\n`)).toEqual({ targets });
});

test.each(["role", "role a b", "namespace shop edit", "namespace shop ClusterRole", "pod x"])(
  "%s says nothing",
  (badLine) => {
    expect(readTargets(`role elevated-a\n${badLine}`)).toEqual({ badLine });
  },
);
