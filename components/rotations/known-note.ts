/**
 * What rotators note of a step. It is kept as it was said at the time; these are the sentences that have
 * words in each language, with what they name. A test holds them against the rotators.
 */
export const NOTES = {
  usual: "old and new value both work",
  keptForProof: "the value in use is kept for the proof",
  refusedAlready: "the value in use is refused already: not kept",
  logsInKept: "the value in use logs in, and is kept for the proof",
  oldLoginRefused: "the old login was refused ({a})",
  openBaoSets: "nothing to set: OpenBao sets the new value at the database itself",
  roleAsFound: "the role is as it was found",
  openBaoRotated: "OpenBao rotated {a}",
  noGraceEnded: "no grace: rotating ended it",
  byRecord: "by OpenBao's record: rotated {a}, before {b}; {c}",
  refusedBefore: "the old value had been refused before",
  noLogin: "no login to try",
  askedVault: "asked the vault",
  notRotatedYet: "asked OpenBao: not rotated yet",
  loginFor: "login {a}, for {b} s",
  login: "login {a}",
  loginMade: "nothing to set: OpenBao has made the login",
  loginWorks: "the login {a} works",
  knowsLease: "OpenBao knows its lease; the console can't log in to try it",
  versionDestroyed: "version {a} destroyed",
  version: "version {a}",
  revokeHarmless: "revoking again is harmless",
  notPromoted: "asked the vault: not promoted",
  targetUnlocked: "asked the target: not locked",
  targetLocked: "asked the target: locked",
  askedTarget: "asked the target",
  forRole: "for role {a}",
  holdsOldLogin: "version {a} holds the old login",
  sessionsEnded: "{a} sessions ended",
  roleMay: "role {a} may log in",
  newLoginWorks: "the new login works",
  keycloakLater: "nothing is made yet: Keycloak makes the new secret when it is promoted",
  keycloakBoth: "nothing to set: Keycloak keeps both secrets itself",
  secretAccepted: "the secret in use is accepted",
  endpointRefused: "the token endpoint refused the old secret",
  clientUnchanged: "nothing in doubt changed the client",
  hadBeenAnew: "{a} had been made anew",
  madeAnew: "{a} was made anew",
  takesBoth: "nothing to set: the resource takes both keys",
  resourceTakes: "the resource takes {a}",
  resourceRefuses: "the resource refuses the old {a}",
  holdsAgain: "version {a} holds {b} again",
  newRefused: "the new {a} is refused",
  beforeRepeat: "to be looked at again before it is repeated",
  evidenceKept: "version {a} is in use; its evidence is kept",
  openBaoKey: "nothing to set: OpenBao makes the key itself",
  readsEvidence: "the version in use reads its evidence",
  noMore: "versions below {a} decrypt and verify no more",
  refusedMade: "version {a} refused what it made",
  keyUnchanged: "nothing in doubt changed the key",
  secretUnchanged: "nothing in doubt changed the secret",
  notRotated: "asked OpenBao: not rotated",
  beside: "beside the current value",
  readsVault: "nothing to set: whoever checks the value reads the vault",
  readBack: "read back, and not the old value",
  refusesDestroyed: "the vault refuses version {a}: destroyed",
  refusesGone: "the vault refuses version {a}: gone",
  holdsOldValue: "version {a} holds the old value",
  isDestroyed: "version {a} is destroyed",
  isAbsent: "version {a} is absent",
  destroyHarmless: "destroying again is harmless",
  versionNoted: "the version in use is noted",
  noNewVersion: "asked Key Vault: no new version",
  readsKeyVault: "nothing to set: whoever checks the value reads Key Vault",
  versionRead: "the version in use can be read",
  keyVaultRefuses: "Key Vault refuses version {a}: disabled",
  isDisabled: "{a} is disabled",
  keyVaultKey: "nothing to set: Key Vault makes the key itself",
  versionWorks: "the version in use works",
  newRoot: "a new root beside the old one",
  notCertified: "not certified by the old root, as set",
  endsTooSoon: "the old root ends too soon to certify the new one",
  oldCertifies: "the old root certifies the new one's key",
  signedBy: "signed by the default root of {a}",
  issuerWaits: "nothing to set: the new issuer waits beside the old one",
  leafChains: "a leaf of the new issuer chains to it",
  issuer: "issuer {a}",
  refusesIssue: "OpenBao refuses to issue with {a}",
  oldSigns: "the old issuer signs again",
  askedAgain: "asked OpenBao: to be done again",
  askedOpenBao: "asked OpenBao",
  noGraceOpenBao: "no grace: OpenBao ended the old value when it rotated",
  noGraceLogsIn: "no grace: the new value logs in, the old one ended",
  keptNowhere: "the old value is kept nowhere",
  keptUnusable: "versions below {a} are kept, unusable; nothing was trimmed",
  versionsDestroyed: "versions below {a} destroyed",
  staysDisabled: "version {a} stays, disabled: Key Vault deletes no single version",
  oldStays: "the old issuer stays, revoked, to sign its revocation list",
  newRefusedBefore: "the new login was refused before",
  newLoginRefused: "the new login was refused ({a})",
  byPerson: "a person decided to end the old value all the same",
} as const;

export type NoteKey = keyof typeof NOTES;
export interface KnownNote {
  key: NoteKey;
  /** What stands at `{a}`, `{b}` and `{c}`. */
  names: { a: string; b: string; c: string };
}

/** Those that say most stand first: `version 3 destroyed` is no version of the name `3 destroyed`. */
const PATTERNS = Object.entries(NOTES)
  .sort(([, one], [, other]) => bare(other).length - bare(one).length)
  .map(([key, words]) => {
    const plain = words.replace(/[.*+?^$()|[\]\\]/g, "\\$&");
    const pattern = plain.replace(/\{(\w)\}/g, "(?<$1>[^;]+?)");
    return [key as NoteKey, new RegExp(`^${pattern}$`)] as const;
  });

function bare(words: string): string {
  return words.replace(/\{\w\}/g, "");
}

/** The sentence that a note is; null where it is none of these. */
export function knownNote(note: string): KnownNote | null {
  for (const [key, pattern] of PATTERNS) {
    const found = pattern.exec(note);
    if (!found) continue;
    const { a = "", b = "", c = "" } = found.groups ?? {};
    return { key, names: { a, b, c } };
  }
  return null;
}
