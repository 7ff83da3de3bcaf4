import type { Problem } from "./problem.ts";

/** A mistake's sentence in other languages, as a refusal names it: `messages/<language>/queryProblems.json`. */
export function saidOf({ code, args }: Problem): { key: string; args: Record<string, string> } {
  const given = Object.entries(args).filter((entry): entry is [string, string] => !!entry[1]);
  return { key: `queryProblems.${code}.message`, args: Object.fromEntries(given) };
}
