/** Labels as lines of `key=value`, sorted by key. */
export function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join("\n");
}

/** The labels of such a text; null when a line is none, or names a key twice. */
export function labelsOf(text: string): Record<string, string> | null {
  const labels: Record<string, string> = {};
  for (const line of text.split("\n").map((each) => each.trim())) {
    if (line === "") continue;
    const at = line.indexOf("=");
    const key = line.slice(0, at).trim();
    if (at < 1 || Object.hasOwn(labels, key)) return null;
    labels[key] = line.slice(at + 1).trim();
  }
  return labels;
}
