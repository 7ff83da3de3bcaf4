import "server-only";
import { AsyncLocalStorage } from "node:async_hooks";

/** How one transaction came by its tenant's keys. */
export interface KeyReading {
  readonly tenant: string;
  /** Whether it read them itself: else they may be from before what another process did. */
  readonly isFresh: boolean;
  /** Whether it needed a key that was not among them. */
  missed: boolean;
}

// One a process, also when a bundler loads this module twice.
const shared = globalThis as typeof globalThis & {
  consoleKeyReading?: AsyncLocalStorage<KeyReading>;
};
shared.consoleKeyReading ??= new AsyncLocalStorage();
const current = shared.consoleKeyReading;

/** Runs a transaction's work with what is known of the tenant's keys. */
export function runWithKeys<Result>(
  reading: KeyReading,
  work: () => Promise<Result>,
): Promise<Result> {
  return current.run(reading, work);
}

/**
 * Notes that a key was not there. Where the keys were read before the transaction it is undone and done
 * again with keys of its own reading, whatever becomes of the error that follows.
 */
export function missKey(tenant: string): void {
  const reading = current.getStore();
  if (reading?.tenant === tenant && !reading.isFresh) reading.missed = true;
}

/**
 * Notes that nothing is known of the tenant's keys any more: an act beside the transaction dropped them while it
 * was under way. It is done again, also where it had read them itself.
 */
export function missAllKeys(tenant: string): void {
  const reading = current.getStore();
  if (reading?.tenant === tenant) reading.missed = true;
}
