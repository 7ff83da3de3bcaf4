/** DER of one value, with its length in the short or long form (X.690 §8.1.3). */
function der(tag: number, content: Uint8Array): Buffer {
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const SEQUENCE = 0x30;
const RFC822_NAME = 0x81;
const URI_NAME = 0x86;

/** A text in a Fulcio extension: a DER UTF8String. */
export function utf8String(text: string): Buffer {
  return der(0x0c, Buffer.from(text, "utf8"));
}

/** The only two forms of a subject alternative name that holds this one name, and nothing else. */
export function soleNames(text: string): Buffer[] {
  const name = Buffer.from(text, "utf8");
  return [URI_NAME, RFC822_NAME].map((tag) => der(SEQUENCE, der(tag, name)));
}
