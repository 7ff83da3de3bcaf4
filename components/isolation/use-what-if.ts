"use client";
import { useCallback, useEffect, useState } from "react";
import { problemOf } from "#components/problem/problem.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import type { WhatIfView } from "#server/features/isolation/views.ts";

const ASK_AGAIN_MILLIS = 1_000;

interface WhatIfState {
  view: WhatIfView | null;
  /** Its time is over, or it never was. */
  isGone: boolean;
}

/** One question, read again until its answer is there. */
export function useWhatIf(tenantId: string, whatIfId: string | null): WhatIfState {
  const [state, setState] = useState<WhatIfState>({ view: null, isGone: false });
  const read = useCallback(
    async (id: string) => {
      const view = await consoleClient(tenantId).isolation.whatIf.query({ whatIfId: id });
      setState({ view, isGone: false });
      return view.state;
    },
    [tenantId],
  );
  useEffect(() => {
    if (whatIfId === null) {
      setState({ view: null, isGone: false });
      return;
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isStopped = false;
    const again = () => {
      if (!isStopped) timer = setTimeout(once, ASK_AGAIN_MILLIS);
    };
    const once = () => {
      read(whatIfId).then(
        (answered) => {
          if (answered === "requested") again();
        },
        (error: unknown) => {
          const { code } = problemOf(error);
          if (code === "not_found" || code === "invalid") setState({ view: null, isGone: true });
          else again();
        },
      );
    };
    once();
    return () => {
      isStopped = true;
      clearTimeout(timer);
    };
  }, [whatIfId, read]);
  return state;
}
