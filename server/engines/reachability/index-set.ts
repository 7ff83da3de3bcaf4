const BITS = 32;
/** A number of a list takes the room of so many bits: from one in so many on, a set is kept as bits. */
const BITS_OF_NUMBER = 64;

/**
 * An immutable set of small whole numbers, kept as a sorted list where it is sparse and as bits where
 * it is not, so that a set of four classes takes 16 bytes also among 100,000.
 */
export class IndexSet {
  readonly size: number;
  /** Exactly one of the two is there. */
  readonly #sorted: readonly number[] | null;
  readonly #words: Uint32Array | null;

  private constructor(size: number, sorted: readonly number[] | null, words: Uint32Array | null) {
    this.size = size;
    this.#sorted = sorted;
    this.#words = words;
  }

  static readonly empty = new IndexSet(0, [], null);

  /** From numbers in any order, also more than once. */
  static of(members: Iterable<number>): IndexSet {
    const all = [...members];
    return IndexSet.#fromSorted(isAscending(all) ? all : ascending(all));
  }

  /** 0 to `end`, without `end`. */
  static below(end: number): IndexSet {
    if (end === 0) return IndexSet.empty;
    const words = new Uint32Array((end + BITS - 1) >>> 5).fill(0xffffffff);
    if (end % BITS !== 0) words[words.length - 1] = 2 ** (end % BITS) - 1;
    return new IndexSet(end, null, words);
  }

  static #fromSorted(sorted: readonly number[]): IndexSet {
    const { length } = sorted;
    if (length === 0) return IndexSet.empty;
    const span = (sorted[length - 1] as number) + 1;
    if (length * BITS_OF_NUMBER <= span) return new IndexSet(length, sorted, null);
    const words = new Uint32Array((span + BITS - 1) >>> 5);
    for (const member of sorted) setBit(words, member);
    return new IndexSet(length, null, words);
  }

  static #fromWords(words: Uint32Array): IndexSet {
    let size = 0;
    let last = -1;
    for (let at = 0; at < words.length; at++) {
      const word = words[at] as number;
      if (word === 0) continue;
      size += bitsIn(word);
      last = at;
    }
    if (size === 0) return IndexSet.empty;
    if (size * BITS_OF_NUMBER > (last + 1) * BITS) {
      return new IndexSet(size, null, last + 1 === words.length ? words : words.slice(0, last + 1));
    }
    return new IndexSet(size, [...membersOf(words)], null);
  }

  get isEmpty(): boolean {
    return this.size === 0;
  }

  has(member: number): boolean {
    if (this.#words) {
      return (((this.#words[member >>> 5] ?? 0) >>> (member & 31)) & 1) === 1;
    }
    const sorted = this.#sorted as readonly number[];
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sorted[middle] as number) < member) low = middle + 1;
      else high = middle;
    }
    return sorted[low] === member;
  }

  union(other: IndexSet): IndexSet {
    if (other.size === 0 || other === this) return this;
    if (this.size === 0) return other;
    if (this.#sorted && other.#sorted)
      return IndexSet.#fromSorted(merged(this.#sorted, other.#sorted));
    const [wide, more] = this.#words ? [this.#words, other] : [other.#words as Uint32Array, this];
    if (more.#words) {
      const [long, short] =
        wide.length >= more.#words.length ? [wide, more.#words] : [more.#words, wide];
      const words = long.slice();
      for (let at = 0; at < short.length; at++)
        words[at] = (words[at] as number) | (short[at] as number);
      return IndexSet.#fromWords(words);
    }
    const sorted = more.#sorted as readonly number[];
    const top = ((sorted[sorted.length - 1] as number) >>> 5) + 1;
    const words = new Uint32Array(Math.max(top, wide.length));
    words.set(wide);
    for (const member of sorted) setBit(words, member);
    return IndexSet.#fromWords(words);
  }

  intersect(other: IndexSet): IndexSet {
    if (this.size === 0 || other === this) return this;
    if (other.size === 0) return other;
    if (this.#words && other.#words) {
      const length = Math.min(this.#words.length, other.#words.length);
      const words = new Uint32Array(length);
      for (let at = 0; at < length; at++) {
        words[at] = (this.#words[at] as number) & (other.#words[at] as number);
      }
      return IndexSet.#fromWords(words);
    }
    const [few, many] =
      this.#sorted && (!other.#sorted || this.size <= other.size) ? [this, other] : [other, this];
    const kept = (few.#sorted as readonly number[]).filter((member) => many.has(member));
    return kept.length === few.size ? few : IndexSet.#fromSorted(kept);
  }

  minus(other: IndexSet): IndexSet {
    if (this.size === 0 || other.size === 0) return this;
    if (other === this) return IndexSet.empty;
    if (this.#sorted) {
      const kept = this.#sorted.filter((member) => !other.has(member));
      return kept.length === this.size ? this : IndexSet.#fromSorted(kept);
    }
    const words = (this.#words as Uint32Array).slice();
    if (other.#words) {
      const length = Math.min(words.length, other.#words.length);
      for (let at = 0; at < length; at++) {
        words[at] = (words[at] as number) & ~(other.#words[at] as number);
      }
    } else {
      for (const member of other.#sorted as readonly number[]) {
        const at = member >>> 5;
        if (at < words.length) words[at] = (words[at] as number) & ~(1 << (member & 31));
      }
    }
    return IndexSet.#fromWords(words);
  }

  equals(other: IndexSet): boolean {
    return this === other || (this.size === other.size && this.minus(other).isEmpty);
  }

  /** Ascending. */
  [Symbol.iterator](): IterableIterator<number> {
    return this.#sorted ? this.#sorted.values() : membersOf(this.#words as Uint32Array);
  }
}

function setBit(words: Uint32Array, member: number): void {
  const at = member >>> 5;
  words[at] = (words[at] as number) | (1 << (member & 31));
}

function* membersOf(words: Uint32Array): Generator<number> {
  for (let at = 0; at < words.length; at++) {
    let word = words[at] as number;
    while (word !== 0) {
      yield at * BITS + (31 - Math.clz32(word & -word));
      word &= word - 1;
    }
  }
}

/** Hamming weight of 32 bits ("SWAR"). */
function bitsIn(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function isAscending(numbers: readonly number[]): boolean {
  for (let at = 1; at < numbers.length; at++) {
    if ((numbers[at] as number) <= (numbers[at - 1] as number)) return false;
  }
  return true;
}

function ascending(numbers: readonly number[]): number[] {
  const all = Uint32Array.from(numbers).sort();
  const kept: number[] = [];
  for (const each of all) if (each !== kept.at(-1)) kept.push(each);
  return kept;
}

function merged(a: readonly number[], b: readonly number[]): number[] {
  const all: number[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [x, y] = [a[i] ?? Number.POSITIVE_INFINITY, b[j] ?? Number.POSITIVE_INFINITY];
    all.push(Math.min(x, y));
    if (x <= y) i++;
    if (y <= x) j++;
  }
  return all;
}
