"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useMemo } from "react";
import type { Column } from "#components/data-table/column.ts";
import { ClockTime } from "#components/time/clock-time.tsx";
import type { PackView } from "#server/features/evidence/schema.ts";
import { byteText } from "./byte-text.ts";
import { PackState } from "./pack-state.tsx";
import { QueryText } from "./query-text.tsx";

/** What a pack is of, how far it is, how large it became, how long it is kept. */
export function usePackColumns(): readonly Column<PackView>[] {
  const t = useTranslations("packs");
  const format = useFormatter();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the words change with the language only, which loads the page anew
  return useMemo(
    () => [
      {
        id: "query",
        label: t("columns.query"),
        cell: (row) => <QueryText query={row.query} />,
      },
      { id: "state", label: t("columns.state"), cell: (row) => <PackState pack={row} /> },
      {
        id: "matches",
        label: t("columns.matches"),
        align: "end",
        cell: (row) => format.number(row.matches),
      },
      {
        id: "range",
        label: t("columns.range"),
        isWideOnly: true,
        cell: (row) =>
          t("range", { from: Number(row.from), to: Number(row.to), size: Number(row.treeSize) }),
      },
      {
        id: "size",
        label: t("columns.size"),
        align: "end",
        cell: (row) => (row.bytes === null ? "—" : t("bytes", byteText(row.bytes))),
      },
      {
        id: "asked",
        label: t("columns.asked"),
        cell: (row) => <ClockTime at={row.askedAt} />,
      },
      {
        id: "expires",
        label: t("columns.expires"),
        isWideOnly: true,
        cell: (row) => (row.expiresAt ? <ClockTime at={row.expiresAt} /> : "—"),
      },
      {
        id: "digest",
        label: t("columns.digest"),
        isWideOnly: true,
        cell: (row) => (
          <bdi dir="ltr" className="font-mono">
            {row.digest?.slice(0, 12) ?? "—"}
          </bdi>
        ),
      },
    ],
    [],
  );
}
