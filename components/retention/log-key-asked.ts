/** What is asked for, and comes back from the identity provider with its person. */
export interface LogKeyAsked {
  overlapDays: number;
  compromised: boolean;
  reason: string;
}

/** Names the form among all that may take a second factor. */
export const LOG_KEY_FORM = "retention.rotateLogKey";
