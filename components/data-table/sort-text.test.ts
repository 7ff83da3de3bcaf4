import { expect, it } from "vitest";
import { sortingOf, sortText } from "./sort-text.ts";

it.each([
  ["", []],
  ["age", [{ id: "age", desc: false }]],
  ["-nextRotation", [{ id: "nextRotation", desc: true }]],
])("%j stands for the order it names, both ways", (text, sorting) => {
  expect(sortingOf(text)).toEqual(sorting);
  expect(sortText(sorting)).toBe(text);
});
