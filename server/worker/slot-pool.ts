import { setTimeout as delay } from "node:timers/promises";

/** So many things at once, each named; waits for a free slot, for a call, or for a while. */
export class SlotPool {
  readonly #size: number;
  readonly #signal: AbortSignal;
  readonly #underWay = new Map<string, Promise<void>>();
  #isCalled = false;
  #call: () => void = () => undefined;

  constructor(size: number, signal: AbortSignal) {
    this.#size = size;
    this.#signal = signal;
    signal.addEventListener("abort", () => this.wake());
  }

  get isOver(): boolean {
    return this.#signal.aborted;
  }

  get freeCount(): number {
    return this.#size - this.#underWay.size;
  }

  has(name: string): boolean {
    return this.#underWay.has(name);
  }

  /** Starts something in a free slot. `act` must not throw. */
  start(name: string, act: () => Promise<void>): void {
    const ended = act().finally(() => this.#underWay.delete(name));
    this.#underWay.set(name, ended);
  }

  /** Settles when a slot is free, or when it is over. */
  async free(): Promise<void> {
    while (this.freeCount <= 0 && !this.isOver) {
      await Promise.race([...this.#underWay.values(), this.#called()]);
    }
  }

  /** Ends the present or next `idle` at once. */
  wake(): void {
    this.#isCalled = true;
    this.#call();
  }

  /** Waits so many milliseconds, or until it is woken. */
  async idle(millis: number): Promise<void> {
    if (!this.#isCalled) {
      const stop = new AbortController();
      const waited = delay(millis, undefined, { signal: stop.signal }).catch(() => undefined);
      await Promise.race([waited, this.#called()]);
      stop.abort();
    }
    this.#isCalled = false;
  }

  /** Settles when nothing is under way any more. */
  async drained(): Promise<void> {
    await Promise.all(this.#underWay.values());
  }

  #called(): Promise<void> {
    return new Promise((resolve) => {
      this.#call = resolve;
      if (this.isOver) resolve();
    });
  }
}
