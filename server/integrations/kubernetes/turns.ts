/** Lets at most so many acts run at once; the others wait in the order they came. */
export function turns(atOnce: number): <T>(act: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (act) => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await act();
    } finally {
      const next = waiting.shift();
      // The place is handed on, not given back: nobody comes between.
      if (next) next();
      else running -= 1;
    }
  };
}
