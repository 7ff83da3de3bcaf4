"use client";
import { useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { problemOf } from "#components/problem/problem.ts";
import { ProblemState } from "#components/problem/problem-state.tsx";
import { consoleClient } from "#components/trpc/console-client.ts";
import { LiveQueries } from "#components/trpc/live-queries.tsx";
import { Button } from "#components/ui/button.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import type { AgeBar } from "./age-chart.tsx";
import { AgeTable } from "./age-table.tsx";

const AgeChart = dynamic(async () => (await import("./age-chart.tsx")).AgeChart, {
  ssr: false,
  loading: () => <Skeleton className="h-56" />,
});

function AgeDistributionBody({ tenantId }: { tenantId: string }) {
  const t = useTranslations("rotations.ages");
  const format = useFormatter();
  const [isTable, setTable] = useState(false);
  const query = useQuery({
    queryKey: [tenantId, "rotation.ages"],
    queryFn: () => consoleClient(tenantId).rotation.ages.query(),
  });
  if (!query.data) {
    if (!query.error) return <Skeleton className="h-56" />;
    return (
      <ProblemState
        problem={problemOf(query.error)}
        scope="runtime.secrets.read"
        onRetry={() => query.refetch()}
      />
    );
  }
  const { ages, unknown } = query.data;
  const bars: AgeBar[] = ages.map(({ from, to, within, over }) => ({
    label: to === null ? t("from", { from }) : t("between", { from, to }),
    within,
    over,
  }));
  const sum = (of: "within" | "over") => bars.reduce((total, bar) => total + bar[of], 0);
  const summary = t("summary", {
    within: format.number(sum("within")),
    over: format.number(sum("over")),
    unknown: format.number(unknown),
  });
  return (
    <figure className="flex flex-col gap-2">
      <figcaption className="flex flex-wrap items-center justify-between gap-2 text-sm">
        <span className="text-muted">{summary}</span>
        <Button size="sm" look="quiet" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
          {t(isTable ? "asChart" : "asTable")}
        </Button>
      </figcaption>
      {isTable ? (
        <AgeTable bars={bars} unknown={unknown} />
      ) : (
        <AgeChart bars={bars} label={`${t("title")}. ${summary}`} />
      )}
    </figure>
  );
}

/** How old values are: a histogram, and the same as a table. */
export function AgeDistribution({ tenantId }: { tenantId: string }) {
  return (
    <LiveQueries>
      <AgeDistributionBody tenantId={tenantId} />
    </LiveQueries>
  );
}
