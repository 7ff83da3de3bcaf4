"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useMemo } from "react";
import type { Column } from "#components/data-table/column.ts";
import type { SinkView } from "#server/features/delivery/schema.ts";
import { kindWord } from "./kind-word.ts";
import { LagText } from "./lag-text.tsx";
import { SinkState } from "./sink-state.tsx";
import { useTroubleWords } from "./trouble-words.ts";

/** Name, state, how far behind, how fast, what was set aside, what went wrong last. */
export function useSinkColumns(): readonly Column<SinkView>[] {
  const t = useTranslations("delivery");
  const format = useFormatter();
  const words = useTroubleWords();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the words change with the language only, which loads the page anew
  return useMemo(
    () => [
      {
        id: "name",
        label: t("columns.name"),
        sortBy: (row) => row.name,
        cell: (row) => <bdi className="font-sans">{row.name}</bdi>,
      },
      {
        id: "state",
        label: t("columns.state"),
        sortBy: (row) => row.state,
        cell: (row) => <SinkState sink={row} />,
      },
      {
        id: "lag",
        label: t("columns.lag"),
        sortBy: (row) => Number(row.lagEvents),
        cell: (row) => (
          <span className="whitespace-nowrap">
            <LagText sink={row} />
          </span>
        ),
      },
      {
        id: "rate",
        label: t("columns.rate"),
        align: "end",
        isWideOnly: true,
        sortBy: (row) => row.perMinute,
        cell: (row) => format.number(row.perMinute, { maximumFractionDigits: 1 }),
      },
      {
        id: "letters",
        label: t("columns.letters"),
        align: "end",
        sortBy: (row) => row.deadLetters,
        cell: (row) => format.number(row.deadLetters),
      },
      {
        id: "error",
        label: t("columns.error"),
        isWideOnly: true,
        cell: (row) =>
          row.live.trouble ? (
            <bdi className="block max-w-72 truncate" data-tip={words(row.live.trouble).message}>
              {words(row.live.trouble).message}
            </bdi>
          ) : (
            <span className="text-muted">{t("noError")}</span>
          ),
      },
      {
        id: "target",
        label: t("columns.target"),
        isWideOnly: true,
        cell: (row) => (
          <>
            {`${kindWord(row.kind, t)} `}
            <bdi dir="ltr" className="font-normal text-muted">
              {row.target}
            </bdi>
          </>
        ),
      },
    ],
    [],
  );
}
