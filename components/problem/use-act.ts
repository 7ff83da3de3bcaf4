"use client";
import { useState } from "react";
import { problemOf } from "./problem.ts";
import { useProblemText } from "./use-problem-text.ts";

interface Act {
  isBusy: boolean;
  /** Why the last try failed, as a sentence; null once there is another. */
  failure: string | null;
  /** Does it once at a time, then `done` with what came of it. */
  run: <Result>(act: () => Promise<Result>, done?: (result: Result) => void) => void;
  /** Says why something failed that was begun elsewhere. */
  fail: (error: unknown) => void;
}

/** One change at the server: whether it is under way, and why it failed. */
export function useAct(): Act {
  const problemText = useProblemText();
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);

  async function attempt<Result>(act: () => Promise<Result>, done?: (result: Result) => void) {
    if (isBusy) return;
    setBusy(true);
    setFailure(null);
    try {
      const result = await act();
      setBusy(false);
      done?.(result);
    } catch (error) {
      setBusy(false);
      fail(error);
    }
  }

  const fail = (error: unknown) => setFailure(problemText(problemOf(error)));
  return { isBusy, failure, run: (act, done) => void attempt(act, done), fail };
}
