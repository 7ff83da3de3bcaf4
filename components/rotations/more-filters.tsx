"use client";
import { X } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { intlLocale } from "#components/time/time-text.ts";
import { Button } from "#components/ui/button.tsx";
import { Select } from "#components/ui/select.tsx";
import { useUrlVisit } from "#components/url/use-url-state.ts";
import { ENVIRONMENTS, EVERY_REGION } from "./rotation-url.ts";

interface MoreFiltersProps {
  params: Readonly<Record<string, string | undefined>>;
  regions: readonly string[];
}

/** Environment, region, owner, and the day of the next rotation, which the calendar chooses. */
export function MoreFilters({ params, regions }: MoreFiltersProps) {
  const t = useTranslations("rotations");
  const locale = useLocale();
  const { visit } = useUrlVisit();
  return (
    <>
      <Select
        aria-label={t("filterByEnvironment")}
        value={params.env ?? ""}
        onChange={(event) => visit({ env: event.target.value })}
      >
        <option value="">{t("anyEnvironment")}</option>
        {ENVIRONMENTS.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </Select>
      <Select
        aria-label={t("filterByRegion")}
        value={params.region ?? ""}
        onChange={(event) => visit({ region: event.target.value })}
      >
        <option value="">{t("anyRegion")}</option>
        <option value={EVERY_REGION}>{t("allRegions")}</option>
        {regions.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </Select>
      <form
        key={params.owner ?? ""}
        onSubmit={(event) => {
          event.preventDefault();
          visit({ owner: `${new FormData(event.currentTarget).get("owner") ?? ""}`.trim() });
        }}
      >
        <input
          name="owner"
          aria-label={t("filterByOwner")}
          placeholder={t("filterByOwner")}
          defaultValue={params.owner ?? ""}
          maxLength={200}
          className="h-8 w-44 max-w-full rounded-md border border-line-strong bg-raised px-2.5 text-sm"
        />
      </form>
      {params.next ? (
        <Button size="sm" onClick={() => visit({ next: null })}>
          {t("nextFilter", { when: nextText(params.next, locale, t) })}
          <X aria-hidden className="size-3.5" />
          <span className="sr-only">{t("clear")}</span>
        </Button>
      ) : null}
    </>
  );
}

function nextText(next: string, locale: string, t: (key: "next7" | "next30") => string): string {
  if (next === "7d") return t("next7");
  if (next === "30d") return t("next30");
  const at = new Date(`${next}T00:00:00Z`);
  if (Number.isNaN(at.getTime())) return next;
  const format = { day: "numeric", month: "short", timeZone: "UTC" } as const;
  return new Intl.DateTimeFormat(intlLocale(locale), format).format(at);
}
