/** What became of a dead letter, in the order in which the page offers them. */
export const LETTER_STATES = ["waiting", "redriving", "delivered", "discarded"] as const;
