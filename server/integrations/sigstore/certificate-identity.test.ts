import { expect, test } from "vitest";
import { certificateIdentity } from "./certificate-identity.ts";
import { soleNames, utf8String } from "./der-names.ts";

const ISSUER = "https://forge.example";
const SUBJECT = "https://forge.example/bank/release";
const oid = (id: string, value: Buffer) => ({ oid: { id: id.split(".").map(Number) }, value });
const [uri = Buffer.alloc(0), email = Buffer.alloc(0)] = soleNames(SUBJECT);

function read(names: Buffer, issuer: Buffer, subjectAlternativeName = SUBJECT) {
  const oids = [oid("2.5.29.17", names), oid("1.3.6.1.4.1.57264.1.8", issuer)];
  return certificateIdentity({ key: {} as never, identity: { subjectAlternativeName, oids } });
}

test("one name and an issuer, as an address or as a mailbox", () => {
  const found = { kind: "identity", issuer: ISSUER, subject: SUBJECT, repository: null, ref: null };
  expect(read(uri, utf8String(ISSUER))).toEqual(found);
  expect(read(email, utf8String(ISSUER))).toEqual(found);
  const long = `https://forge.example/${"x".repeat(400)}`;
  expect(read(soleNames(long)[0] ?? uri, utf8String(long), long)).toMatchObject({
    issuer: long,
    subject: long,
  });
});

test.each<[string, Buffer, Buffer]>([
  [
    "a second name beside the first",
    Buffer.concat([
      Buffer.from([0x30, uri.length - 2 + 3]),
      uri.subarray(2),
      Buffer.from("\x86\x01x", "latin1"),
    ]),
    utf8String(ISSUER),
  ],
  [
    "names that are others than the library says",
    soleNames(`${SUBJECT}x`)[0] ?? uri,
    utf8String(ISSUER),
  ],
  ["an issuer of another type", uri, Buffer.from([0x13, ...utf8String(ISSUER).subarray(1)])],
  ["an issuer with a tail", uri, Buffer.concat([utf8String(ISSUER), Buffer.from("x")])],
  ["an issuer that is no text", uri, Buffer.from([0x0c, 0x01, 0xff])],
  ["no issuer", uri, Buffer.alloc(0)],
])("%s is nobody", (_name, names, issuer) => {
  expect(read(names, issuer)).toBeNull();
});

test("a certificate without names is nobody", () => {
  expect(certificateIdentity({ key: {} as never })).toBeNull();
});
