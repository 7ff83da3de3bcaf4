"use client";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { problemOf } from "#components/problem/problem.ts";

/** One cache for the tab. A refusal is an answer: only silence is asked again. */
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      retry: (failures, error) =>
        failures < 2 && ["network", "unavailable"].includes(problemOf(error).code),
    },
  },
});

/** For the lazily loaded parts of a page that fetch by themselves: detail panels, dialogs, bells. */
export function LiveQueries({ children }: { children: ReactNode }) {
  return <QueryClientProvider client={queries}>{children}</QueryClientProvider>;
}
