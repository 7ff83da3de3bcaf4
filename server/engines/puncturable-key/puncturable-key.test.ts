import fc from "fast-check";
import { expect, test } from "vitest";
import {
  decodePuncturableKey,
  encodePuncturableKey,
  keyOfLabel,
  newPuncturableKey,
  puncture,
} from "./puncturable-key.ts";

const labels = fc.uniqueArray(fc.uuid(), { minLength: 2, maxLength: 12 });

test("what is cut out is gone, and every other key is as it was, however it is stored", () => {
  fc.assert(
    fc.property(labels, fc.nat(), (all, at) => {
      const key = newPuncturableKey();
      const gone = all.slice(0, 1 + (at % (all.length - 1)));
      const rest = all.slice(gone.length);
      const before = rest.map((label) => keyOfLabel(key, label)?.toString("hex"));
      const stored = encodePuncturableKey(puncture(key, gone));
      const left = decodePuncturableKey(stored);
      for (const label of gone) {
        const secret = keyOfLabel(key, label) as Buffer;
        expect(keyOfLabel(left, label)).toBeUndefined();
        expect(stored.includes(secret)).toBe(false);
      }
      expect(rest.map((label) => keyOfLabel(left, label)?.toString("hex"))).toEqual(before);
      expect(new Set(before).size).toBe(rest.length);
    }),
    { numRuns: 200 },
  );
});

test("the order of cutting does not matter, and cutting twice is cutting once", () => {
  fc.assert(
    fc.property(labels, (all) => {
      const key = newPuncturableKey();
      const together = encodePuncturableKey(puncture(key, all));
      const backwards = puncture(puncture(key, [...all].reverse()), all);
      expect(encodePuncturableKey(backwards).equals(together)).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test("no node above a label that was cut out is left", () => {
  const left = puncture(newPuncturableKey(), ["a"]);
  expect(left.nodes).toHaveLength(96);
  expect(left.nodes.some(({ prefix }) => prefix === "")).toBe(false);
  expect(encodePuncturableKey(left).length).toBeLessThan(5_000);
});

test.each(["00", "21", `03${"00".repeat(40)}`])("the bytes %s are refused", (hex) => {
  expect(() => decodePuncturableKey(Buffer.from(hex, "hex"))).toThrow(/no puncturable key/);
});
