"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { MoreButton } from "#components/data-table/more-button.tsx";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { LiveQueries } from "#components/trpc/live-queries.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Select } from "#components/ui/select.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { useUrlState } from "#components/url/use-url-state.ts";
import type { SinkView } from "#server/features/delivery/schema.ts";
import { DeadLetterRow } from "./dead-letter-row.tsx";
import { LETTER_STATES } from "./letter-states.ts";
import { SettleAll } from "./settle-all.tsx";
import type { Settling } from "./settle-dialog.tsx";

const LetterPanel = dynamic(async () => (await import("./letter-panel.tsx")).LetterPanel, {
  ssr: false,
});
const SettleDialog = dynamic(async () => (await import("./settle-dialog.tsx")).SettleDialog, {
  ssr: false,
});

interface DeadLettersProps {
  tenantId: string;
  sinks: readonly SinkView[];
  mayManage: boolean;
  onChanged: () => void;
}

/** What sinks never will take, to be looked at, sent again or given up. */
export function DeadLetters(props: DeadLettersProps) {
  return (
    <LiveQueries>
      <Letters {...props} />
    </LiveQueries>
  );
}

function Letters({ tenantId, sinks, mayManage, onChanged }: DeadLettersProps) {
  const t = useTranslations("delivery.letters");
  const problemText = useProblemText();
  const { params, change } = useUrlState();
  const [settling, setSettling] = useState<Settling | null>(null);
  const state = LETTER_STATES.find((each) => each === params.get("letters")) ?? "waiting";
  const sink = sinks.find(({ sinkId }) => sinkId === params.get("of")) ?? null;
  const list = useInfiniteQuery({
    queryKey: [tenantId, "delivery.deadLetters", state, sink?.sinkId ?? ""],
    queryFn: ({ pageParam }) =>
      consoleClient(tenantId).delivery.deadLetters.query({
        state,
        ...(sink ? { sinkId: sink.sinkId } : {}),
        ...(pageParam ? { cursor: pageParam } : {}),
      }),
    initialPageParam: "",
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: state === "redriving" ? 2_000 : 15_000,
  });
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  const letterId = params.get("letter");
  return (
    <section aria-label={t("state.label")} className="rounded-lg border border-line bg-raised">
      <div className="flex min-h-12 flex-wrap items-center gap-2 border-line border-b px-3 py-2">
        <Select
          aria-label={t("state.label")}
          value={state}
          onChange={(event) => change({ letters: event.target.value, letter: null })}
        >
          {LETTER_STATES.map((each) => (
            <option key={each} value={each}>
              {t(`state.${each}`)}
            </option>
          ))}
        </Select>
        <Select
          aria-label={t("sink")}
          value={sink?.sinkId ?? ""}
          onChange={(event) => change({ of: event.target.value || null, letter: null })}
        >
          <option value="">{t("every")}</option>
          {sinks.map((each) => (
            <option key={each.sinkId} value={each.sinkId}>
              {each.name}
            </option>
          ))}
        </Select>
        {state === "waiting" && sink && items.length > 0 ? (
          <SettleAll sink={sink} mayManage={mayManage} onSettle={setSettling} />
        ) : null}
      </div>
      {list.error ? (
        <ErrorState
          message={problemText(problemOf(list.error))}
          traceId={problemOf(list.error).traceId}
          onRetry={() => list.refetch()}
        />
      ) : null}
      {list.isPending ? <Skeleton className="m-4 h-24" /> : null}
      {list.data && items.length === 0 ? (
        <EmptyState title={t("none")}>{t("noneBody")}</EmptyState>
      ) : (
        <ul>
          {items.map((letter) => (
            <DeadLetterRow
              key={letter.letterId}
              letter={letter}
              mayManage={mayManage}
              onInspect={() => change({ letter: letter.letterId }, { push: true })}
              onSettle={setSettling}
            />
          ))}
        </ul>
      )}
      {list.hasNextPage ? (
        <MoreButton
          label={t("more")}
          isLoading={list.isFetchingNextPage}
          onPress={() => list.fetchNextPage()}
        />
      ) : null}
      {letterId && mayManage ? (
        <LetterPanel
          key={letterId}
          tenantId={tenantId}
          letterId={letterId}
          onSettle={setSettling}
          onClose={() => change({ letter: null })}
        />
      ) : null}
      {settling ? (
        <SettleDialog
          tenantId={tenantId}
          settling={settling}
          onClose={() => setSettling(null)}
          onDone={() => {
            setSettling(null);
            change({ letter: null });
            list.refetch();
            onChanged();
          }}
        />
      ) : null}
    </section>
  );
}
