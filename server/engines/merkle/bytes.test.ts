import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concatBytes, equalBytes, fromBase64, parseUint64, toBase64, toHex } from "./bytes.ts";

describe("bytes", () => {
  it("agrees with Buffer on base64 and hex", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
        expect(toHex(bytes)).toBe(Buffer.from(bytes).toString("hex"));
        expect(fromBase64(toBase64(bytes))).toEqual(bytes);
      }),
    );
  });

  it.each(["Zg", "Zg=", "Zh==", "Z g=", "Zg==\n", "Zm8_", "*"])("refuses the base64 %j", (text) => {
    expect(() => fromBase64(text)).toThrow(/base64/);
  });

  it("reads 64-bit decimals, and no other spelling", () => {
    expect(parseUint64("0")).toBe(0n);
    expect(parseUint64("18446744073709551615")).toBe(2n ** 64n - 1n);
    for (const text of [
      "",
      "00",
      "01",
      "-1",
      "+1",
      "1.0",
      "1e3",
      " 1",
      "0x1",
      "18446744073709551616",
    ]) {
      expect(() => parseUint64(text), text).toThrow();
    }
  });

  it("compares by content and length", () => {
    expect(equalBytes(Uint8Array.of(1, 2), concatBytes(Uint8Array.of(1), Uint8Array.of(2)))).toBe(
      true,
    );
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 2))).toBe(false);
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
  });
});
