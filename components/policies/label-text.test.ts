import { expect, test } from "vitest";
import { labelsOf, labelText } from "./label-text.ts";

test("labels survive being written and read", () => {
  const labels = { tier: "gold", "catalyst.openova.io/sector": "bank", empty: "" };
  expect(labelsOf(labelText(labels))).toEqual(labels);
  expect(labelText(labels).split("\n")[0]).toBe("catalyst.openova.io/sector=bank");
  expect(labelsOf(" \n tier = gold \n")).toEqual({ tier: "gold" });
});

test.each([["tier"], ["=gold"], ["tier=gold\ntier=silver"]])("%j is no list of labels", (text) => {
  expect(labelsOf(text)).toBeNull();
});
