/** Bits needed to write `value`; 0 for 0. */
export function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}

export function countOnes(value: bigint): number {
  return value.toString(2).replaceAll("0", "").length;
}

/** Trailing zero bits of a positive number. */
export function trailingZeros(value: bigint): number {
  return bitLength(value & -value) - 1;
}
