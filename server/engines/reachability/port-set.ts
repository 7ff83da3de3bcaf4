/** Protocols that a NetworkPolicy port may name, in the order of the text form. */
export const PROTOCOLS = ["SCTP", "TCP", "UDP"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

const MIN_PORT = 1;
const MAX_PORT = 65_535;

type Interval = readonly [from: number, to: number];

/**
 * A set of (protocol, destination port) pairs, as disjoint ascending intervals a protocol.
 * Immutable; equal sets have equal text.
 */
export class PortSet {
  readonly #intervals: Record<Protocol, readonly Interval[]>;
  #text: string | undefined;

  private constructor(intervals: Record<Protocol, readonly Interval[]>) {
    this.#intervals = intervals;
  }

  static readonly none = new PortSet({ SCTP: [], TCP: [], UDP: [] });
  static readonly all = new PortSet({
    SCTP: [[MIN_PORT, MAX_PORT]],
    TCP: [[MIN_PORT, MAX_PORT]],
    UDP: [[MIN_PORT, MAX_PORT]],
  });

  /** Ports `from` to `to`, both included; an empty or reversed range gives the empty set. */
  static range(protocol: Protocol, from = MIN_PORT, to = from): PortSet {
    const low = Math.max(MIN_PORT, from);
    const high = Math.min(MAX_PORT, to);
    if (low > high) return PortSet.none;
    return new PortSet({ SCTP: [], TCP: [], UDP: [], [protocol]: [[low, high]] });
  }

  /** Every port of one protocol. */
  static protocol(protocol: Protocol): PortSet {
    return PortSet.range(protocol, MIN_PORT, MAX_PORT);
  }

  get isEmpty(): boolean {
    return PROTOCOLS.every((protocol) => this.#intervals[protocol].length === 0);
  }

  get isAll(): boolean {
    return PROTOCOLS.every((protocol) => {
      const [only, ...more] = this.#intervals[protocol];
      return more.length === 0 && only?.[0] === MIN_PORT && only[1] === MAX_PORT;
    });
  }

  union(other: PortSet): PortSet {
    if (this === other || other.isEmpty || this.isAll) return this;
    if (this.isEmpty || other.isAll) return other;
    return this.#combine(other, (a, b) => merge([...a, ...b]));
  }

  intersect(other: PortSet): PortSet {
    if (this === other || other.isAll || this.isEmpty) return this;
    if (this.isAll || other.isEmpty) return other;
    return this.#combine(other, overlap);
  }

  minus(other: PortSet): PortSet {
    if (this === other || other.isAll) return PortSet.none;
    if (this.isEmpty || other.isEmpty) return this;
    return this.#combine(other, without);
  }

  equals(other: PortSet): boolean {
    return this === other || this.toString() === other.toString();
  }

  has(protocol: Protocol, port: number): boolean {
    return this.#intervals[protocol].some(([from, to]) => from <= port && port <= to);
  }

  /** `All Connections`, `No Connections`, or `TCP 80,8080-8090,UDP 53`. */
  toString(): string {
    this.#text ??= this.#write();
    return this.#text;
  }

  #write(): string {
    if (this.isAll) return "All Connections";
    if (this.isEmpty) return "No Connections";
    return PROTOCOLS.filter((protocol) => this.#intervals[protocol].length > 0)
      .map((protocol) => `${protocol} ${this.#intervals[protocol].map(intervalText).join(",")}`)
      .join(",");
  }

  #combine(
    other: PortSet,
    how: (a: readonly Interval[], b: readonly Interval[]) => Interval[],
  ): PortSet {
    const at = (protocol: Protocol) => how(this.#intervals[protocol], other.#intervals[protocol]);
    return new PortSet({ SCTP: at("SCTP"), TCP: at("TCP"), UDP: at("UDP") });
  }
}

function intervalText([from, to]: Interval): string {
  return from === to ? String(from) : `${from}-${to}`;
}

function merge(intervals: Interval[]): Interval[] {
  const merged: [number, number][] = [];
  for (const [from, to] of intervals.sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

/** Both ascending and disjoint, as all intervals of a set are. */
function without(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  return a.flatMap(([from, to]) => {
    const left: Interval[] = [];
    let start = from;
    for (const [fromB, toB] of b) {
      if (toB < start || fromB > to) continue;
      if (fromB > start) left.push([start, fromB - 1]);
      start = toB + 1;
    }
    if (start <= to) left.push([start, to]);
    return left;
  });
}

function overlap(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  const shared: Interval[] = [];
  for (const [fromA, toA] of a) {
    for (const [fromB, toB] of b) {
      const from = Math.max(fromA, fromB);
      const to = Math.min(toA, toB);
      if (from <= to) shared.push([from, to]);
    }
  }
  return shared;
}
