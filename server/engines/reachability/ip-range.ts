export type IpFamily = 4 | 6;

/** Addresses `from` to `to`, both included, as integers. */
export interface IpRange {
  family: IpFamily;
  from: bigint;
  to: bigint;
}

const BITS: Record<IpFamily, number> = { 4: 32, 6: 128 };

export function wholeFamily(family: IpFamily): IpRange {
  return { family, from: 0n, to: (1n << BigInt(BITS[family])) - 1n };
}

/** A CIDR as a range; host bits are dropped, as kube-proxy and CNIs do. Undefined when malformed. */
export function parseCidr(text: string): IpRange | undefined {
  const match = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/.exec(text);
  if (!match?.[1] || !match[2]) return undefined;
  const family: IpFamily = match[1].includes(":") ? 6 : 4;
  const address = family === 4 ? parseIpv4(match[1]) : parseIpv6(match[1]);
  const prefix = Number(match[2]);
  if (address === undefined || prefix > BITS[family]) return undefined;
  const size = 1n << BigInt(BITS[family] - prefix);
  const from = (address / size) * size;
  return { family, from, to: from + size - 1n };
}

/** One address as a range of one. */
export function parseAddress(text: string): IpRange | undefined {
  return parseCidr(`${text}/${text.includes(":") ? BITS[6] : BITS[4]}`);
}

function parseIpv4(text: string): bigint | undefined {
  const parts = text.split(".");
  if (
    parts.length !== 4 ||
    !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)
  ) {
    return undefined;
  }
  return parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function parseIpv6(text: string): bigint | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const groups =
    tail === undefined
      ? (head ?? [])
      : [
          ...(head ?? []),
          ...Array(Math.max(1, 8 - (head ?? []).length - tail.length)).fill("0"),
          ...tail,
        ];
  if (groups.length !== 8 || !groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group)))
    return undefined;
  return groups.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}

export function formatAddress(family: IpFamily, address: bigint): string {
  if (family === 4) {
    return [24n, 16n, 8n, 0n].map((shift) => String((address >> shift) & 255n)).join(".");
  }
  return Array.from({ length: 8 }, (_, at) =>
    ((address >> BigInt(112 - 16 * at)) & 65_535n).toString(16),
  ).join(":");
}

/** `a.b.c.d-e.f.g.h` */
export function formatRange(range: IpRange): string {
  return `${formatAddress(range.family, range.from)}-${formatAddress(range.family, range.to)}`;
}

/**
 * Cuts each family that `families` names into the coarsest disjoint ranges ("atoms") such that
 * every range of `cuts` is a union of atoms.
 */
export function atomicRanges(families: readonly IpFamily[], cuts: readonly IpRange[]): IpRange[] {
  return families.flatMap((family) => {
    const whole = wholeFamily(family);
    const starts = new Set<bigint>([whole.from]);
    for (const cut of cuts) {
      if (cut.family !== family) continue;
      starts.add(cut.from);
      if (cut.to < whole.to) starts.add(cut.to + 1n);
    }
    const sorted = [...starts].sort((a, b) => (a < b ? -1 : 1));
    return sorted.map((from, at) => ({ family, from, to: (sorted[at + 1] ?? whole.to + 1n) - 1n }));
  });
}

export function contains(outer: IpRange, inner: IpRange): boolean {
  return outer.family === inner.family && outer.from <= inner.from && inner.to <= outer.to;
}
