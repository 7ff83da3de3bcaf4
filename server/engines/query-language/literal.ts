import type { Pattern } from "./query-node.ts";

/** Undoes escapes; an unescaped `*` parts the chunks. */
export function decodePattern(source: string, from: number): Pattern {
  const chunks: string[] = [];
  let chunk = "";
  for (let at = 0; at < source.length; at++) {
    const char = source[at] as string;
    if (char === "*") {
      chunks.push(chunk);
      chunk = "";
    } else if (char === "\\") chunk += source[++at] ?? "";
    else chunk += char;
  }
  return { from, to: from + source.length, chunks: [...chunks, chunk] };
}

/** Undoes the escapes of what stands between quotes: no wildcard there. */
export function decodeQuoted(source: string, from: number, isClosed: boolean): Pattern {
  const inner = source.slice(1, isClosed ? -1 : undefined);
  return { from, to: from + source.length, chunks: [unescaped(inner)] };
}

export function unescaped(source: string): string {
  return source.replace(/\\([\s\S]?)/g, "$1");
}

const KEYWORDS = new Set(["AND", "OR", "NOT", "TO"]);
const SAFE = /^[\p{L}\p{N}_./@+#%&,;$~^|!'`?][\p{L}\p{M}\p{N}_./@+#%&,;$~^|!'`?-]*$/u;
const SAFE_VALUE = /^[\p{L}\p{N}_./@+#%&,;$~^|!'`?][\p{L}\p{M}\p{N}_./@+#%&,;$~^|!'`?:-]*$/u;
// Half a surrogate pair is nothing that the grammar takes, unless escaped.
const QUOTED_SPECIAL = /["\\\p{Cs}]/gu;
const SPECIAL = /[\s\\()[\]{}"*:<>=\u0085\p{Cs}-]/gu;

/** A pattern as it is written: bare where that is safe, in quotes else, escaped around wildcards. */
export function encodePattern({ chunks }: Pick<Pattern, "chunks">, isFieldValue: boolean): string {
  const [only = ""] = chunks;
  if (chunks.length > 1) {
    return chunks.map((chunk) => (isSafe(chunk, isFieldValue) ? chunk : escaped(chunk))).join("*");
  }
  return isSafe(only, isFieldValue) ? only : `"${only.replace(QUOTED_SPECIAL, "\\$&")}"`;
}

function isSafe(text: string, isFieldValue: boolean): boolean {
  return !KEYWORDS.has(text) && (isFieldValue ? SAFE_VALUE : SAFE).test(text);
}

function escaped(text: string): string {
  return text.replace(SPECIAL, "\\$&");
}

/** A field's name as it is written before its colon. */
export function encodeFieldName(name: string): string {
  return name.replace(/^[^a-zA-Z_]|[^a-zA-Z0-9_.-]/gu, (char) =>
    /^[\p{L}]$/u.test(char) ? char : `\\${char}`,
  );
}
