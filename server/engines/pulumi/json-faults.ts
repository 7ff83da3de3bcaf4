/** A token of JSON that matters here: a text, a bracket, a comma, a line's end. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],\n]/g;
const MOST = 20;

/**
 * What a JSON parser passes over in silence: keys that are there twice, and keys named `__proto__`, with
 * their lines. The text must be sound JSON.
 */
export function jsonFaults(text: string): { line: number; message: string }[] {
  const faults: { line: number; message: string }[] = [];
  const open: (Set<string> | null)[] = [];
  let line = 1;
  let awaitsKey = false;
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === "\n") line += 1;
    else if (token === "{" || token === "[") {
      open.push(token === "{" ? new Set() : null);
      awaitsKey = token === "{";
    } else if (token === "}" || token === "]") {
      open.pop();
      awaitsKey = false;
    } else if (token === ",") awaitsKey = open.at(-1) !== null;
    else if (awaitsKey) {
      awaitsKey = false;
      const keys = open.at(-1);
      const key = token.includes("\\") ? (JSON.parse(token) as string) : token.slice(1, -1);
      if (key === "__proto__") faults.push({ line, message: "a key named __proto__" });
      else if (keys?.has(key)) {
        const shown = key.replace(/[^\w./-]/g, "?").slice(0, 60);
        faults.push({ line, message: `the key ${shown} is there twice` });
      }
      keys?.add(key);
      if (faults.length >= MOST) break;
    }
  }
  return faults;
}
