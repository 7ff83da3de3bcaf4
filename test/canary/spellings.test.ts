import fc from "fast-check";
import { expect, test } from "vitest";
import { valuesIn } from "./spellings.ts";

const value = fc.stringMatching(/^[\x21-\x7e]{16,40}$/);
const found = (text: string, secret: string) =>
  valuesIn(text, new Map([["it", secret]])).length > 0;

test("a value is found in every encoding and at every place", () => {
  fc.assert(
    fc.property(value, fc.string(), fc.string(), (secret, before, after) => {
      const whole = before + secret + after;
      const bytes = Buffer.from(whole, "utf8");
      const texts = [
        whole,
        JSON.stringify({ whole }),
        encodeURIComponent(secret),
        bytes.toString("hex"),
        bytes.toString("base64"),
        bytes.toString("base64url"),
      ];
      for (const text of texts)
        expect({ text, found: found(text, secret) }).toEqual({ text, found: true });
    }),
  );
});

test("bytes are found in every encoding of bytes, inside of more bytes too", () => {
  const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const more = fc.uint8Array({ maxLength: 40 });
  fc.assert(
    fc.property(key, more, more, (secret, before, after) => {
      const whole = Buffer.concat([before, secret, after]);
      const texts = [
        whole.toString("hex"),
        whole.toString("base64"),
        whole.toString("base64url"),
        JSON.stringify([...whole]),
      ];
      for (const text of texts) {
        const names = valuesIn(text, new Map([["it", secret]]));
        expect({ text, names }).toEqual({ text, names: ["it"] });
      }
    }),
  );
});

test("nothing is found where nothing is", () => {
  fc.assert(fc.property(value, fc.uuid(), (secret, other) => !found(`${other} ${other}`, secret)));
});
