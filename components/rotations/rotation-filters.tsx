"use client";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Select } from "#components/ui/select.tsx";
import { useUrlVisit } from "#components/url/use-url-state.ts";
import { BINDING_STATUSES } from "./binding-statuses.ts";
import { CLASSES, ROTATION_PARAMS } from "./rotation-url.ts";

const MoreFilters = dynamic(async () => (await import("./more-filters.tsx")).MoreFilters, {
  ssr: false,
});

interface RotationFiltersProps {
  params: Readonly<Record<string, string | undefined>>;
  /** The regions that credentials name. */
  regions: readonly string[];
}

/** Takes every filter of the dashboard away. */
export const NO_FILTERS = Object.fromEntries(ROTATION_PARAMS.map((name) => [name, null]));

/** Narrows the table; kept in the URL and answered by the server. */
export function RotationFilters({ params, regions }: RotationFiltersProps) {
  const t = useTranslations("rotations");
  const { visit } = useUrlVisit();
  const isMoreInForce = Boolean(params.env || params.region || params.owner || params.next);
  const [isMoreAsked, setMoreAsked] = useState(false);
  return (
    <search className="flex flex-wrap items-center gap-2">
      <form
        key={params.q ?? ""}
        onSubmit={(event) => {
          event.preventDefault();
          visit({ q: `${new FormData(event.currentTarget).get("q") ?? ""}`.trim() });
        }}
      >
        <input
          name="q"
          type="search"
          aria-label={t("search")}
          placeholder={t("search")}
          defaultValue={params.q ?? ""}
          className="h-8 w-60 max-w-full rounded-md border border-line-strong bg-raised px-2.5 text-sm"
        />
      </form>
      <Select
        aria-label={t("filterBy")}
        value={params.class ?? ""}
        onChange={(event) => visit({ class: event.target.value })}
      >
        <option value="">{t("anyClass")}</option>
        {CLASSES.map((name) => (
          <option key={name} value={name}>
            {t(`class.${name}`)}
          </option>
        ))}
      </Select>
      <Select
        aria-label={t("filterByState")}
        value={params.state ?? ""}
        onChange={(event) => visit({ state: event.target.value })}
      >
        <option value="">{t("anyState")}</option>
        {BINDING_STATUSES.map((name) => (
          <option key={name} value={name}>
            {t(`status.${name}`)}
          </option>
        ))}
      </Select>
      {isMoreInForce || isMoreAsked ? (
        <MoreFilters params={params} regions={regions} />
      ) : (
        <Button size="sm" look="quiet" onClick={() => setMoreAsked(true)}>
          {t("moreFilters")}
        </Button>
      )}
      {ROTATION_PARAMS.some((name) => params[name]) ? (
        <Button size="sm" look="quiet" onClick={() => visit(NO_FILTERS)}>
          {t("clear")}
        </Button>
      ) : null}
    </search>
  );
}
