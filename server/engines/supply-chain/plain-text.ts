const UNSEEN = /[\p{Cc}\p{Cf}]/gu;

/**
 * A foreign text that may be stored and shown: well-formed, without control and direction characters
 * (which could make one name look like another), at most `max` characters.
 */
export function plainText(text: string, max = 500): string {
  return text.toWellFormed().replaceAll(UNSEEN, "\ufffd").slice(0, max).toWellFormed();
}
