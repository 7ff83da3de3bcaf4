/** Beginnings by which issuers mark their tokens, so that scanners find them. */
const MARKED =
  /-----BEGIN|\beyJ[\w-]{8,}|\bAKIA[0-9A-Z]{12,}|\bgh[opsu]_\w{20,}|\bgithub_pat_\w+|\bxox[abpr]-|\bhv[bsr]\.\w{8,}|\bs\.[A-Za-z0-9]{20,}|\bglpat-|\bsk-[A-Za-z0-9]{16,}/;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const LONG = 16;
const BITS = 3;
const CAPITALS_OF_WORDS = 0.25;

/**
 * Whether a text that should be a name reads like a secret: an issuer's mark, or a long run of mixed
 * characters with the randomness of a generated value. Names of pods with their short hashes and
 * UUIDs are names. It errs towards refusing.
 */
export function looksLikeSecret(text: string): boolean {
  if (MARKED.test(text)) return true;
  return text
    .replace(UUID, "")
    .split(/[./:_-]+/)
    .some((run) => run.length >= LONG && isMixed(run) && bitsPerCharacter(run) >= BITS);
}

/** Letters with digits, or letters with more capitals than words joined into one name have. */
function isMixed(run: string): boolean {
  const letters = run.replace(/[^A-Za-z]/g, "");
  if (letters === "") return false;
  if (/[0-9]/.test(run)) return true;
  const capitals = letters.replace(/[^A-Z]/g, "").length;
  return capitals < letters.length && capitals / letters.length >= CAPITALS_OF_WORDS;
}

/** Shannon's entropy of the characters of one text. */
function bitsPerCharacter(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => {
    const share = count / text.length;
    return sum - share * Math.log2(share);
  }, 0);
}
