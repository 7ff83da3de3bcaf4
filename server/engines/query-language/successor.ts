/**
 * The least text above every text that begins with `prefix`, in the order of code points (which is
 * that of UTF-8 bytes and of COLLATE "C"). Undefined when there is none.
 */
export function successor(prefix: string): string | undefined {
  const points = Array.from(prefix, (char) => char.codePointAt(0) ?? 0);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last === 0x10ffff) continue;
    // Surrogates are no characters: UTF-8 goes from U+D7FF straight to U+E000.
    return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
  }
  return undefined;
}
