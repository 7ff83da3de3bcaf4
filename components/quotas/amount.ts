const BINARY = ["", "Ki", "Mi", "Gi", "Ti", "Pi"] as const;

/** An amount as people write it of this resource: bytes in binary units, the rest as it is. */
export function amountText(resource: string, amount: number): string {
  if (!resource.endsWith("memory") && !resource.endsWith("storage")) {
    return String(Math.round(amount * 1_000) / 1_000);
  }
  let unit = 0;
  let left = amount;
  while (left >= 1_024 && unit < BINARY.length - 1) {
    left /= 1_024;
    unit += 1;
  }
  return `${Math.round(left * 10) / 10}${BINARY[unit]}`;
}
