/** Digits of one id in what an export fixed. */
export const ID_DIGITS = 32;

const EACH_ID = new RegExp(`[0-9a-f]{${ID_DIGITS}}`, "g");

/** So many of the ids that an export fixed, from the first after `skip`. */
export function exportedIds(bindingIds: string, skip: number, most: number): string[] {
  const digits = bindingIds.slice(skip * ID_DIGITS, (skip + most) * ID_DIGITS);
  return digits.match(EACH_ID) ?? [];
}
