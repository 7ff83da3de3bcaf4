/** Statements that the worker keeps prepared, on every connection. */
const MOST = 200;
/** A statement whose columns follow its table would fail once a migration adds one. */
const FOLLOWS_TABLE = /\bSELECT\s+\*|\bRETURNING\s+\*|\.\*/i;

const kept = new Set<string>();

/**
 * Whether the worker keeps a statement prepared, so that it is parsed and planned once a connection:
 * it makes few different ones, again and again.
 */
export function isKept(text: string): boolean {
  if (kept.has(text)) return true;
  if (kept.size >= MOST || FOLLOWS_TABLE.test(text)) return false;
  kept.add(text);
  return true;
}
