/** A set of positions of one segment, from 0 to below `size`. The combining methods change this set. */
export class Bitmap {
  readonly size: number;
  readonly #words: Uint32Array;

  constructor(size: number, words = new Uint32Array(Math.ceil(size / 32))) {
    this.size = size;
    this.#words = words;
  }

  static full(size: number): Bitmap {
    return new Bitmap(size).not();
  }

  add(position: number): void {
    const at = position >>> 5;
    this.#words[at] = (this.#words[at] ?? 0) | (1 << (position & 31));
  }

  has(position: number): boolean {
    return (((this.#words[position >>> 5] ?? 0) >>> (position & 31)) & 1) === 1;
  }

  and(other: Bitmap): this {
    for (let at = 0; at < this.#words.length; at++) {
      this.#words[at] = (this.#words[at] ?? 0) & (other.#words[at] ?? 0);
    }
    return this;
  }

  or(other: Bitmap): this {
    for (let at = 0; at < this.#words.length; at++) {
      this.#words[at] = (this.#words[at] ?? 0) | (other.#words[at] ?? 0);
    }
    return this;
  }

  not(): this {
    for (let at = 0; at < this.#words.length; at++) this.#words[at] = ~(this.#words[at] ?? 0);
    const rest = this.size & 31;
    const last = this.#words.length - 1;
    if (rest > 0) this.#words[last] = (this.#words[last] ?? 0) & ((1 << rest) - 1);
    return this;
  }

  /** How many positions of [from, until) are in the set. */
  count(from = 0, until = this.size): number {
    let sum = 0;
    for (let at = from >>> 5; at << 5 < until; at++) {
      let word = this.#words[at] ?? 0;
      if (word === 0) continue;
      const start = at << 5;
      if (start < from) word &= -1 << (from - start);
      if (start + 32 > until) word &= (1 << (until - start)) - 1;
      sum += ones(word);
    }
    return sum;
  }

  get isEmpty(): boolean {
    const words = this.#words;
    for (let at = 0; at < words.length; at++) if (words[at] !== 0) return false;
    return true;
  }

  /** Rising, and without a generator's cost. */
  forEach(visit: (position: number) => void): void {
    for (let at = 0; at < this.#words.length; at++) {
      let word = this.#words[at] ?? 0;
      while (word !== 0) {
        visit((at << 5) + 31 - Math.clz32(word & -word));
        word &= word - 1;
      }
    }
  }

  /** Rising. */
  *positions(from = 0, until = this.size): Generator<number> {
    for (let at = from >>> 5; at << 5 < until; at++) {
      let word = this.#words[at] ?? 0;
      while (word !== 0) {
        const position = (at << 5) + 31 - Math.clz32(word & -word);
        word &= word - 1;
        if (position >= from && position < until) yield position;
      }
    }
  }

  /** Falling: the newest first. */
  *positionsDown(from = 0, until = this.size): Generator<number> {
    for (let at = (until - 1) >>> 5; at >= from >>> 5 && until > 0; at--) {
      let word = this.#words[at] ?? 0;
      while (word !== 0) {
        const bit = 31 - Math.clz32(word);
        word &= ~(1 << bit);
        const position = (at << 5) + bit;
        if (position >= from && position < until) yield position;
      }
    }
  }
}

function ones(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
