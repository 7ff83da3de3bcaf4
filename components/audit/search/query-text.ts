/** A value as the query language takes it: quoted when it has more than letters, digits and a few marks. */
export function quoted(value: string): string {
  return /^[\p{L}\p{N}._/-]+$/u.test(value) && !value.startsWith("-")
    ? value
    : `"${value.replace(/["\\]/g, "\\$&")}"`;
}

/** Narrows a query by one more condition; one that stands there already is not added again. */
export function narrowedBy(query: string, condition: string): string {
  const trimmed = query.trim();
  if (trimmed === "") return condition;
  if (trimmed.split(/\s+/).includes(condition)) return trimmed;
  // What is joined by OR would else take the new condition on one side only.
  const base = /\sOR\s/.test(trimmed) && !isParenthesised(trimmed) ? `(${trimmed})` : trimmed;
  return `${base} ${condition}`;
}

function isParenthesised(text: string): boolean {
  if (!text.startsWith("(") || !text.endsWith(")")) return false;
  let depth = 0;
  for (const [at, char] of [...text].entries()) {
    if (char === "(") depth += 1;
    if (char === ")") depth -= 1;
    if (depth === 0 && at < text.length - 1) return false;
  }
  return true;
}

const TIMES = /(?<=^|[\s(])(?:time:[[{][^\]}]*[\]}]|(?:time|since|until):\S+?)(?=$|[\s)])/g;

/** The query within a time: conditions on the time that stand there give way. */
export function withinTime(query: string, from: Date, until: Date): string {
  const rest = query.replace(TIMES, "").replace(/\s+/g, " ").trim();
  return narrowedBy(rest, `time:[${from.toISOString()} TO ${until.toISOString()}}`);
}
