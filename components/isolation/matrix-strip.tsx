"use client";
import { useTranslations } from "next-intl";
import { SummaryStrip } from "#components/ui/summary-strip.tsx";
import { withParams } from "#components/url/url-text.ts";
import { type UrlPatch, useUrlState } from "#components/url/use-url-state.ts";
import type { MatrixRow } from "#server/features/isolation/views.ts";
import { CELL_TONE } from "./cell-tone.ts";
import type { MatrixFilter } from "./matrix-rows.ts";

const STATES = ["violated", "unknown", "verified"] as const;

interface MatrixStripProps {
  tenantId: string;
  rows: readonly MatrixRow[];
  filter: MatrixFilter;
}

/** Cells by their state, and tenants with something outside their regions: each number filters the matrix. */
export function MatrixStrip({ tenantId, rows, filter }: MatrixStripProps) {
  const t = useTranslations("isolation");
  const url = useUrlState();
  const cells = rows.flatMap((row) => row.cells);
  const hrefWith = (patch: UrlPatch) =>
    withParams(`/t/${tenantId}/isolation`, `?${url.params}`, { ...patch, page: null, tab: null });
  return (
    <SummaryStrip
      label={t("strip.label")}
      figures={[
        ...STATES.map((state) => ({
          key: state,
          label: t(`strip.${state}`),
          count: cells.filter((each) => each.state === state).length,
          href: hrefWith({ state: filter.state === state ? null : state }),
          tone: CELL_TONE[state],
          isChosen: filter.state === state,
        })),
        {
          key: "residency",
          label: t("strip.residency"),
          count: rows.filter(({ residency }) => residency.state === "violated").length,
          href: hrefWith({ residency: filter.isOutside ? null : "violated" }),
          tone: "danger",
          isChosen: filter.isOutside,
        },
      ]}
    />
  );
}
