/**
 * What stands in the way of an act of retention, or why it was refused. It is kept as it was said at the
 * time; these are the sentences and codes that have words in each language.
 */
const SENTENCES = {
  wrapped: /^wrapped: /,
  held: /^(?:legal hold (?<a>.+)|A legal hold \((?<b>.+)\) keeps these events\.)$/,
  notCarriedOut: /^it could not be carried out(?:; see the worker's log)?$/,
  elsewhere: /^Another worker carries this out\.$/,
  vault: /^OpenBao .+?: (?<a>\w+)(?: \(.+\))?$/,
  rejected: /^rejected$/,
  withdrawn: /^withdrawn$/,
  expired: /^expired$/,
  executed: /^(?:executed|already-executed)$/,
  notApproved: /^(?:approved|not-approved)$/,
  stale: /^stale$/,
  quorumLost: /^quorum-lost$/,
} as const;

export type ActTroubleKey = keyof typeof SENTENCES;

/** The sentence that a text is, and what it names. */
export function knownActTrouble(text: string): { key: ActTroubleKey; name: string } | null {
  for (const [key, pattern] of Object.entries(SENTENCES)) {
    const found = pattern.exec(text);
    if (!found) continue;
    const { a, b } = found.groups ?? {};
    return { key: key as ActTroubleKey, name: a ?? b ?? "" };
  }
  return null;
}
