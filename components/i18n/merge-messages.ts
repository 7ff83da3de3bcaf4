export interface MessageTree {
  [key: string]: string | MessageTree | unknown[];
}

const isTree = (value: unknown): value is MessageTree =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Fills every key that `preferred` lacks from `fallback`; neither is changed. */
export function mergeMessages(fallback: MessageTree, preferred: MessageTree): MessageTree {
  const merged: MessageTree = { ...fallback };
  for (const [key, value] of Object.entries(preferred)) {
    const below = merged[key];
    merged[key] = isTree(below) && isTree(value) ? mergeMessages(below, value) : value;
  }
  return merged;
}
