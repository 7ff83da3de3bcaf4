import fc from "fast-check";
import { expect, test } from "vitest";
import { AllowedSignersError, allowedSigners } from "./allowed-signers.ts";
import { RECORDED, SIGNED } from "./testing/recorded-signatures.ts";
import { verifySshSignature } from "./verify-ssh-signature.ts";

const AT = new Date("2026-11-22T12:00:00Z");
const first = RECORDED[0] ?? { key: "", signature: "" };
const check = (
  { key, signature }: { key: string; signature: string },
  { line = `platform@example.om ${key}`, text = SIGNED, namespace = "git", at = AT } = {},
) =>
  verifySshSignature({
    message: Buffer.from(text),
    armored: signature,
    namespace,
    signers: allowedSigners(line),
    at,
  });

test.each(RECORDED)("what OpenSSH signed is verified, and told with its signer: $key", (each) => {
  expect(check(each)).toMatchObject({
    state: "verified",
    signer: "platform@example.om",
    fingerprint: expect.stringMatching(/^SHA256:[A-Za-z0-9+/]{43}$/),
  });
});

test.each(RECORDED)("another text, another purpose, another key: $key", (each) => {
  expect(check(each, { text: `${SIGNED} ` })).toMatchObject({ why: "bad-signature" });
  expect(check(each, { namespace: "file" })).toMatchObject({ why: "other-purpose" });
  const other = RECORDED.find(({ key }) => key !== each.key)?.key;
  expect(check(each, { line: `platform ${other}` })).toMatchObject({ why: "unknown-key" });
});

test.each([
  ['namespaces="file"', "not-valid-then"],
  ['namespaces="file,git"', null],
  ['valid-after="20261123"', "not-valid-then"],
  ['valid-after="20261122120000Z"', null],
  ['valid-before="202611221200"', "not-valid-then"],
  ['namespaces="git",valid-after="20260101",valid-before="20270101"', null],
])("an allowed signer with %s", (options, why) => {
  const verdict = check(first, { line: `"platform, ops" ${options} ${first.key} a comment` });
  expect(verdict).toMatchObject(why ? { why } : { state: "verified", signer: "platform, ops" });
});

test.each([
  [`# all right\n\nx cert-authority ${first.key}`, "line 3: the option cert-authority"],
  ["x ssh-ed25519 AAAA", "line 1"],
  ["x ssh-dss AAAAB3NzaC1kc3M=", "line 1"],
  [`x valid-after="soon" ${first.key}`, "line 1: soon is no date"],
])("a file with a line that is not understood allows nobody: %s", (text, why) => {
  expect(() => allowedSigners(text)).toThrow(AllowedSignersError);
  expect(() => allowedSigners(text)).toThrow(why);
});

test("no byte of a signature may be another", () => {
  const [head = "", ...rest] = first.signature.trim().split("\n");
  const bytes = Buffer.from(rest.slice(0, -1).join(""), "base64");
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const altered = Buffer.from(bytes);
      altered[at] = (altered[at] ?? 0) ^ flip;
      const signature = [head, altered.toString("base64"), rest.at(-1), ""].join("\n");
      expect(check({ ...first, signature }).state).toBe("rejected");
    }),
    { numRuns: 300 },
  );
  expect(check({ ...first, signature: "" })).toMatchObject({ why: "malformed" });
  expect(check({ ...first, signature: "-----BEGIN PGP SIGNATURE-----" })).toMatchObject({
    why: "malformed",
  });
});
