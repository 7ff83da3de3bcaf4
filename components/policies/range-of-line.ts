/** Where a 1-based line of a text begins and ends; the nearest line when there is none of this number. */
export function rangeOfLine(text: string, line: number): [start: number, end: number] {
  const lines = text.split("\n");
  const at = Math.min(Math.max(line, 1), lines.length) - 1;
  const start = lines.slice(0, at).reduce((sum, each) => sum + each.length + 1, 0);
  return [start, start + (lines[at]?.length ?? 0)];
}
