"use client";
import { useState } from "react";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { longQueryClient } from "#components/trpc/long-query-client.ts";
import type { WhatIf } from "#server/features/policy/schema.ts";

type Input = Parameters<ReturnType<typeof longQueryClient>["policy"]["whatIf"]["query"]>[0];

/** Tries a draft on past decisions; the newest call's answer is kept. */
export function useTrial(tenantId: string) {
  const problemText = useProblemText();
  const [found, setFound] = useState<WhatIf | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  return {
    found,
    failure,
    isBusy,
    forget: () => setFound(null),
    async run(input: Input) {
      setBusy(true);
      setFailure(null);
      try {
        setFound(await longQueryClient(tenantId).policy.whatIf.query(input));
      } catch (error) {
        setFound(null);
        setFailure(problemText(problemOf(error)));
      }
      setBusy(false);
    },
  };
}
