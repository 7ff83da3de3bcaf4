const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** Bytes in the binary unit that people read: 1,536 is 1.5 KiB. */
export function byteText(bytes: number): { amount: number; unit: string } {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log2(bytes || 1) / 10)));
  const amount = bytes / 1_024 ** power;
  return { amount: Math.round(amount * 10) / 10, unit: UNITS[power] ?? "B" };
}
