/** What a rule does with what it finds. */
export const MASKING_ACTIONS = ["drop", "redact", "hash", "keep-last-4"] as const;
export type MaskingAction = (typeof MASKING_ACTIONS)[number];
