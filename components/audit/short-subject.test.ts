import { expect, it } from "vitest";
import { shortSubject } from "./short-subject.ts";

it.each([
  ["secret-binding/01a201ad-ae53-7a10-8c11-5f0e26f0a9b1", "secret-binding/…26f0a9b1"],
  ["tenant/acme-shop", "tenant/acme-shop"],
  ["01a201ad-ae53-7a10-8c11-5f0e26f0a9b1", "01a201ad-ae53-7a10-8c11-5f0e26f0a9b1"],
])("%s is shown as %s", (subject, text) => {
  expect(shortSubject(subject)).toBe(text);
});
