"use client";
import { useTranslations } from "next-intl";
import { Button } from "#components/ui/button.tsx";
import { Input } from "#components/ui/input.tsx";
import { Select } from "#components/ui/select.tsx";
import type { UrlPatch } from "#components/url/use-url-state.ts";
import { CELL_STATES } from "#server/engines/isolation/fact.ts";
import type { MatrixFilter } from "./matrix-rows.ts";

interface MatrixFiltersProps {
  filter: MatrixFilter;
  matching: number;
  total: number;
  page: number;
  pages: number;
  change: (patch: UrlPatch) => void;
}

/** What of the matrix is shown: by name and state, and a page at a time. */
export function MatrixFilters(props: MatrixFiltersProps) {
  const { filter, matching, total, page, pages, change } = props;
  const t = useTranslations("isolation.filter");
  const words = useTranslations("isolation");
  return (
    <search aria-label={t("label")} className="flex flex-wrap items-center gap-2">
      <Input
        type="search"
        aria-label={t("search")}
        placeholder={t("search")}
        className="max-w-56"
        value={filter.text}
        onChange={(event) => change({ q: event.target.value || null, page: null })}
      />
      <Select
        aria-label={t("state")}
        value={filter.state ?? ""}
        onChange={(event) => change({ state: event.target.value || null, page: null })}
      >
        <option value="">{t("all")}</option>
        {CELL_STATES.map((state) => (
          <option key={state} value={state}>
            {words(`state.${state}`)}
          </option>
        ))}
      </Select>
      <span className="text-muted text-sm">{t("shown", { shown: matching, total })}</span>
      {pages > 1 ? (
        <span className="ms-auto flex items-center gap-2 text-sm">
          {page > 1 ? (
            <Button size="sm" onClick={() => change({ page: String(page - 1) })}>
              {t("earlier")}
            </Button>
          ) : null}
          <span>{t("page", { page, pages })}</span>
          {page < pages ? (
            <Button size="sm" onClick={() => change({ page: String(page + 1) })}>
              {t("later")}
            </Button>
          ) : null}
        </span>
      ) : null}
    </search>
  );
}
