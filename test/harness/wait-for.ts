interface WaitOptions {
  /** Milliseconds until the wait fails. */
  timeout?: number;
  /** Milliseconds between two looks. */
  interval?: number;
  /** What is waited for, named in the error. */
  message?: string;
}

type Truthy<T> = Exclude<T, false | null | undefined | 0 | "">;

/**
 * Looks again and again until the condition gives something truthy, and returns that. A condition
 * that throws is looked at again; on timeout its last error is the cause of ours.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { timeout = 60_000, interval = 25, message = "the condition" }: WaitOptions = {},
): Promise<Truthy<T>> {
  const deadline = Date.now() + timeout;
  let cause: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value as Truthy<T>;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (Date.now() >= deadline) {
      throw new Error(`Waited ${timeout} ms in vain for ${message}`, { cause });
    }
    await new Promise((resolve) => setTimeout(resolve, interval));
  }
}
