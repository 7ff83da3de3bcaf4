import { isUtf8 } from "node:buffer";
import type { ManifestProblem } from "./read-manifests.ts";

/** The text of a file's bytes, or where they stop being UTF-8. */
export function decodeText(file: string, bytes: Uint8Array): string | ManifestProblem {
  if (isUtf8(bytes)) return new TextDecoder().decode(bytes);
  const isUtf16 =
    (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (isUtf16) return { file, line: 1, message: "UTF-16: save it as UTF-8" };
  let line = 1;
  let start = 0;
  for (;;) {
    const end = bytes.indexOf(0x0a, start);
    const part = bytes.subarray(start, end === -1 ? undefined : end);
    if (!isUtf8(part) || end === -1) return { file, line, message: "not UTF-8 text" };
    start = end + 1;
    line += 1;
  }
}
