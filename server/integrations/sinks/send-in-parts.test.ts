import fc from "fast-check";
import { expect, test } from "vitest";
import { retryAfterMillis } from "./retry-after.ts";
import { type PartAnswer, sendInParts } from "./send-in-parts.ts";

test("whatever the receiver's size and taste: each fit event is taken once and in order, each other is named", async () => {
  const items = fc.array(
    fc.record({ size: fc.integer({ min: 1, max: 60 }), isPoison: fc.boolean() }),
    { minLength: 1, maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(items, fc.integer({ min: 40, max: 200 }), async (made, most) => {
      const texts = made.map(({ size }) => "x".repeat(size));
      const taken: number[] = [];
      const send = async (part: readonly number[]): Promise<PartAnswer> => {
        const bytes = part.reduce((sum, at) => sum + (made[at]?.size ?? 0), 0);
        if (bytes > most / 2) return { kind: "too-large" };
        if (part.some((at) => made[at]?.isPoison)) return { kind: "unfit", reason: "poison" };
        taken.push(...part);
        return { kind: "outcomes", outcomes: part.map(() => ({ kind: "delivered" })) };
      };
      const wrong = made.map(({ size, isPoison }) => isPoison || size > most / 2);
      const sending = sendInParts(texts, { maxItems: 7, maxBytes: most }, send);
      if (made.length > 1 && wrong.every(Boolean)) {
        await expect(sending).rejects.toMatchObject({ name: "SinkError" });
        return;
      }
      const outcomes = await sending;
      expect(outcomes.map(({ kind }) => kind === "rejected")).toEqual(wrong);
      expect(taken).toEqual(made.flatMap((_one, at) => (wrong[at] ? [] : [at])));
    }),
  );
});

test.each([
  [undefined, undefined],
  ["", undefined],
  ["soon", undefined],
  ["0", 0],
  ["120", 120_000],
  ["999999999", 3_600_000],
  ["Sun, 22 Nov 2026 10:00:30 GMT", 30_000],
  ["Sun, 22 Nov 2026 09:00:00 GMT", 0],
])("Retry-After %s is %s ms", (header, millis) => {
  expect(retryAfterMillis(header, Date.UTC(2026, 10, 22, 10))).toBe(millis);
});
