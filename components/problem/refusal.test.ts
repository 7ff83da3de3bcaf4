import { expect, it } from "vitest";
import type { Problem } from "./problem.ts";
import { refusalOf } from "./refusal.ts";

const refused = (app: Partial<Problem> & { field?: string; remedy?: string }) =>
  Object.assign(new Error("x"), { data: { app: { code: "invalid", message: "", ...app } } });

it("says the server's own words without the field's path, and what to do next", () => {
  const error = refused({
    message: "config.url: must be a whole address, with https://",
    field: "config.url",
    remedy: "Write it whole.",
  });
  expect(refusalOf(error, ({ message }) => message)).toEqual({
    field: "url",
    path: "config.url",
    text: "Must be a whole address, with https://. Write it whole.",
  });
});

it("adds no English to a sentence of the reader's language", () => {
  const error = refused({ message: "name: another sink has it", field: "name", remedy: "Choose." });
  const { text } = refusalOf(error, () => "لوجهة أخرى هذا الاسم. اختر اسمًا آخر.");
  expect(text).toBe("لوجهة أخرى هذا الاسم. اختر اسمًا آخر.");
});
