import "server-only";
import { setImmediate } from "node:timers/promises";

/** Why a search was given up: the same codes as in the query language's problems. */
export type StopCode = "too_slow" | "too_broad";

/** A search that was given up: told beside the query, as its problem. */
export class SearchStopped extends Error {
  readonly code: StopCode;
  readonly args: Readonly<Record<string, string>>;

  constructor(code: StopCode, args: Readonly<Record<string, string>>) {
    super(`the search was stopped: ${code}`);
    this.name = "SearchStopped";
    this.code = code;
    this.args = args;
  }
}

/** A search does not keep other calls of its process waiting longer than this at once. */
const AT_ONCE_MILLIS = 20;

/** The time that one search may take, reading and thinking together. */
export class SearchClock {
  readonly #limitMillis: number;
  readonly #endsAt: number;
  #pausedAt = performance.now();

  constructor(limitMillis: number) {
    this.#limitMillis = limitMillis;
    this.#endsAt = this.#pausedAt + limitMillis;
  }

  /** Throws `SearchStopped` when the time is over. */
  check(): void {
    if (performance.now() > this.#endsAt) throw this.stopped();
  }

  stopped(): SearchStopped {
    return new SearchStopped("too_slow", { seconds: String(this.#limitMillis / 1_000) });
  }

  /** Lets others have their turn, when this one was long. Throws when the time is over. */
  async pause(): Promise<void> {
    this.check();
    if (performance.now() - this.#pausedAt < AT_ONCE_MILLIS) return;
    await setImmediate();
    this.#pausedAt = performance.now();
  }
}

/** For who must have an answer, however long it takes: exports, and checks of the index itself. */
export const unhurried = new SearchClock(Number.POSITIVE_INFINITY);
