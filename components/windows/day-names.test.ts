import { expect, test } from "vitest";
import { dayNames } from "./day-names.ts";

test("the week begins on Monday, as ISO counts", () => {
  expect(dayNames("en")).toEqual(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]);
  expect(dayNames("ar")[4]).toBe("الجمعة");
});
