import "server-only";

/** Bytes `[start, end)`. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * The one range that a request asks for (RFC 9110 §14.2); `whole` where it asks for none, or for something that
 * a server may leave aside, `unsatisfiable` beyond the end.
 */
export function byteRange(
  headers: Headers,
  size: number,
  etag: string,
): ByteRange | "whole" | "unsatisfiable" {
  const asked = /^bytes=(\d*)-(\d*)$/.exec(headers.get("range") ?? "");
  const condition = headers.get("if-range");
  if (!asked || (condition !== null && condition !== etag)) return "whole";
  const [, first = "", last = ""] = asked;
  if (first === "" && last === "") return "whole";
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? "unsatisfiable" : { start: size - length, end: size };
  }
  const start = Number(first);
  const end = last === "" ? size : Math.min(Number(last) + 1, size);
  if (last !== "" && Number(last) < start) return "whole";
  return start >= size ? "unsatisfiable" : { start, end };
}

/** Whether the reader has these bytes already (RFC 9110 §13.1.2, weak comparison). */
export function hasAlready(headers: Headers, etag: string): boolean {
  const known = headers.get("if-none-match");
  if (known === null) return false;
  return known.split(",").some((each) => ["*", etag].includes(each.trim().replace(/^W\//, "")));
}
