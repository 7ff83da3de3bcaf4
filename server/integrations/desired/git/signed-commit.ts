export interface SignedCommit {
  /** Exactly the bytes that were signed: the commit without its signature. */
  payload: Buffer;
  /** Armored; null where there is none. */
  signature: string | null;
}

const HEADER = Buffer.from("gpgsig ");
const LINE_END = 0x0a;
const SPACE = 0x20;

/** Parts a commit object from its signature (gitformat-signature): a header whose lines go on after a space. */
export function signedCommit(object: Buffer): SignedCommit {
  const kept: Buffer[] = [];
  let signature: string | null = null;
  let at = 0;
  while (at < object.length && object[at] !== LINE_END) {
    const end = endOfHeader(object, at);
    const header = object.subarray(at, end);
    if (header.subarray(0, HEADER.length).equals(HEADER)) {
      const lines = header.subarray(HEADER.length).toString("utf8").split("\n");
      signature = lines.map((line, index) => (index > 0 ? line.slice(1) : line)).join("\n");
    } else kept.push(header);
    at = end;
  }
  return { payload: Buffer.concat([...kept, object.subarray(at)]), signature };
}

/** After the line break of the header's last line. */
function endOfHeader(object: Buffer, from: number): number {
  let at = from;
  do {
    const end = object.indexOf(LINE_END, at);
    if (end < 0) return object.length;
    at = end + 1;
  } while (object[at] === SPACE);
  return at;
}
