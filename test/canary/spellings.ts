/** A value as it may stand in a text: plain, and in the encodings that things get written in; bytes in those of bytes. */
export function spellingsOf(value: string | Uint8Array): string[] {
  const bytes = typeof value === "string" ? Buffer.from(value, "utf8") : Buffer.from(value);
  // Without the last characters: padding and neighbours change those of a longer base64 text.
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .slice(shift === 0 ? 0 : 4, -4),
  );
  const urlSafe = base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"));
  const plain =
    typeof value === "string"
      ? [
          value,
          JSON.stringify(value).slice(1, -1),
          encodeURIComponent(value),
          [...value].reverse().join(""),
        ]
      : [bytes.toString("hex").toUpperCase(), bytes.join(",")];
  return [...new Set([...plain, bytes.toString("hex"), ...base64, ...urlSafe])];
}

/** Which of the named values stand in the text, in any spelling. */
export function valuesIn(text: string, values: ReadonlyMap<string, string | Uint8Array>): string[] {
  return [...values]
    .filter(([, value]) => spellingsOf(value).some((spelling) => text.includes(spelling)))
    .map(([name]) => name);
}
