import "server-only";
import { LIMITS, type RateLimitSubject, tooManyCalls } from "./rate-limit.ts";

/** What one statement counted for a whole request. */
export interface CountedAhead {
  /** How many calls it counted. */
  readonly calls: number;
  /** The minute's points after them. */
  readonly points: number;
  /** Until the minute is over. */
  readonly leftMillis: number;
}

/** Calls of one request that were counted before they are made: each is let through or refused once. */
export class CallsAhead {
  #passing: number;
  #refused: number;
  readonly #leftMillis: number;

  constructor(subject: RateLimitSubject, { calls, points, leftMillis }: CountedAhead) {
    const room = LIMITS[subject] - (points - calls);
    this.#passing = Math.max(0, Math.min(calls, room));
    this.#refused = calls - this.#passing;
    this.#leftMillis = leftMillis;
  }

  /** Whether one more call was counted; throws `rate_limited` when it is one beyond the limit. */
  take(): boolean {
    if (this.#passing > 0) {
      this.#passing -= 1;
      return true;
    }
    if (this.#refused === 0) return false;
    this.#refused -= 1;
    throw tooManyCalls(this.#leftMillis);
  }
}
