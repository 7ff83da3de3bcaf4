import { expect, test } from "vitest";
import { conflictManagers } from "./conflict-managers.ts";

const cause = (message: string, reason = "FieldManagerConflict") => ({
  reason,
  message,
  field: ".data.password",
});

test("names who owns the fields, once each and sorted, and nothing else of the answer", () => {
  const causes = [
    cause('conflict with "kubectl-edit" using v1'),
    cause('conflict with "argocd-controller" with subresource "scale" using apps/v1'),
    cause('conflict with "kubectl-edit" using v1'),
    cause("is invalid", "FieldValueInvalid"),
  ];
  expect(conflictManagers({ kind: "Status", details: { causes } })).toEqual([
    "argocd-controller",
    "kubectl-edit",
  ]);
});

test.each([null, "no", {}, { details: null }, { details: { causes: [null, 3, {}] } }])(
  "%o names nobody",
  (status) => {
    expect(conflictManagers(status)).toEqual([]);
  },
);
