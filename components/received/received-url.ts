export const LETTER_STATES = ["waiting", "redriven", "discarded"] as const;
export type LetterState = (typeof LETTER_STATES)[number];

/** What the URL asks for; whatever it can't be is what waits. */
export function letterStateOf(asked: string | undefined): LetterState {
  return LETTER_STATES.find((state) => state === asked) ?? "waiting";
}
