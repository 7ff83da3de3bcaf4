/** A value as it may stand in a text: plain, and in the encodings that things get written in. */
export function spellingsOf(value: string): string[] {
  const bytes = Buffer.from(value, "utf8");
  const json = JSON.stringify(value).slice(1, -1);
  // Without the last characters: padding and neighbours change those of a longer base64 text.
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .slice(shift === 0 ? 0 : 4, -4),
  );
  const urlSafe = base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"));
  return [
    ...new Set([
      value,
      json,
      encodeURIComponent(value),
      bytes.toString("hex"),
      ...base64,
      ...urlSafe,
      [...value].reverse().join(""),
    ]),
  ];
}

/** Which of the named values stand in the text, in any spelling. */
export function valuesIn(text: string, values: ReadonlyMap<string, string>): string[] {
  return [...values]
    .filter(([, value]) => spellingsOf(value).some((spelling) => text.includes(spelling)))
    .map(([name]) => name);
}
