const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Widths that people can read; beyond them whole days. */
const WIDTHS = [
  SECOND,
  5 * SECOND,
  15 * SECOND,
  30 * SECOND,
  MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
];

/** Counts in bars of equal width over the times that occur, beginning on a round one (UTC). */
export class Histogram {
  readonly #from: number;
  readonly #width: number;
  readonly #counts: number[];

  constructor(spans: readonly { min: number; max: number }[], bars: number) {
    const min = spans.reduce((least, each) => Math.min(least, each.min), Number.POSITIVE_INFINITY);
    const max = spans.reduce((most, each) => Math.max(most, each.max), Number.NEGATIVE_INFINITY);
    if (spans.length === 0) {
      this.#from = 0;
      this.#width = DAY;
      this.#counts = [];
      return;
    }
    const least = (max - min + 1) / bars;
    this.#width =
      WIDTHS.find((width) => width >= least * 1.02) ?? Math.ceil((least * 1.02) / DAY) * DAY;
    this.#from = Math.floor(min / this.#width) * this.#width;
    this.#counts = new Array<number>(Math.floor((max - this.#from) / this.#width) + 1).fill(0);
  }

  isOneBar({ min, max }: { min: number; max: number }): boolean {
    return this.#bar(min) === this.#bar(max);
  }

  add(time: number, count: number): void {
    const bar = this.#bar(time);
    this.#counts[bar] = (this.#counts[bar] ?? 0) + count;
  }

  result(): { from: Date; until: Date; barMillis: number; counts: number[] } {
    return {
      from: new Date(this.#from),
      until: new Date(this.#from + this.#counts.length * this.#width),
      barMillis: this.#width,
      counts: this.#counts,
    };
  }

  #bar(time: number): number {
    return Math.floor((time - this.#from) / this.#width);
  }
}
