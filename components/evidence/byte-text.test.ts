import { expect, test } from "vitest";
import { byteText } from "./byte-text.ts";

test.each([
  [0, 0, "B"],
  [1_023, 1_023, "B"],
  [1_536, 1.5, "KiB"],
  [1_048_576, 1, "MiB"],
  [1_600_000_000, 1.5, "GiB"],
])("%i bytes are %d %s", (bytes, amount, unit) => {
  expect(byteText(bytes)).toEqual({ amount, unit });
});
