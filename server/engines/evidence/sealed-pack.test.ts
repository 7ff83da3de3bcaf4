import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { FRAME_BYTES, openPack, sealedRange, sealedSize, sealPack } from "./sealed-pack.ts";
import { inPieces } from "./testing/made-pack.ts";

const key = randomBytes(32);

async function collected(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

test.each([0, 1, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, 2 * FRAME_BYTES, 3_000_000])(
  "%i bytes come back, whole and in any range",
  async (size) => {
    const plain = randomBytes(size);
    const stored = await collected(sealPack(key, "p", inPieces(plain, 300_001)));
    expect(stored.length).toBe(sealedSize(size));
    for (const [start, end] of [
      [0, size],
      [0, Math.min(1, size)],
      [Math.max(0, size - 1), size],
      [Math.min(FRAME_BYTES, size), size],
      [Math.floor(size / 3), Math.floor((size * 2) / 3)],
    ] as [number, number][]) {
      const range = sealedRange(size, { start, end });
      const bytes = inPieces(stored.subarray(range.start, range.end), 100_003);
      const opened = await collected(openPack(key, "p", bytes, { size, start, end }));
      expect(opened.equals(plain.subarray(start, end)), `${start}–${end}`).toBe(true);
    }
  },
);

test("what was altered, cut off, or is of another pack does not open", async () => {
  const size = 1_500_000;
  const stored = await collected(sealPack(key, "p", inPieces(randomBytes(size))));
  const whole = { size, start: 0, end: size };
  const open = (bytes: Buffer, id = "p") => collected(openPack(key, id, inPieces(bytes), whole));
  const altered = Buffer.from(stored);
  altered[1_200_000] = (altered[1_200_000] ?? 0) ^ 1;
  await expect(open(altered)).rejects.toThrow();
  await expect(open(stored.subarray(0, FRAME_BYTES + 16))).rejects.toThrow("cut off");
  await expect(open(stored, "q")).rejects.toThrow();
});
