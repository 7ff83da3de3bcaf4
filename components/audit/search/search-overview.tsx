"use client";
import { useLocale, useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { intlLocale } from "#components/time/time-text.ts";
import { Status } from "#components/ui/status.tsx";
import type { SearchOverview as Overview } from "#server/features/audit/search/schema.ts";
import { useEventVerb } from "../event-verb.ts";
import { EventHistogram } from "./event-histogram.tsx";
import { narrowedBy, quoted, withinTime } from "./query-text.ts";

interface SearchOverviewProps {
  tenantId: string;
  query: string;
  onSearch: (query: string) => void;
}

const FIELDS = {
  outcome: "outcome",
  type: "type",
  actorRef: "actor",
  actorKind: "kind",
  subjectKind: "subject",
  source: "source",
} as const;
/** On a phone the events come first: what narrows them is opened by hand. */
const WIDE = 640;
type Facet = keyof typeof FIELDS;

/** The whole answer in numbers: how many, when, and of what; each number narrows the search. */
export function SearchOverview({ tenantId, query, onSearch }: SearchOverviewProps) {
  const t = useTranslations("audit.search");
  const outcome = useTranslations("audit.outcome");
  const actor = useTranslations("audit.actor");
  const verb = useEventVerb();
  const locale = useLocale();
  const number = new Intl.NumberFormat(intlLocale(locale));
  const [shown, setShown] = useState<{ query: string; overview: Overview | null }>();
  useEffect(() => {
    let isStale = false;
    void (async () => {
      try {
        const { consoleClient } = await import("#components/trpc/console-client.ts");
        const overview = await consoleClient(tenantId).audit.overview.query({ query });
        if (!isStale) setShown({ query, overview });
      } catch {
        if (!isStale) setShown({ query, overview: null });
      }
    })();
    return () => {
      isStale = true;
    };
  }, [tenantId, query]);

  if (shown && shown.overview === null) {
    return (
      <p>
        <Status tone="unknown">{t("overviewFailed")}</Status>
      </p>
    );
  }
  const overview = shown?.overview;
  if (!overview) return <div aria-hidden="true" className="h-28" />;
  if (!overview.isRun) return null;

  const textOf = (facet: Facet, value: string, name: string | null): string => {
    if (name) return name;
    if (facet === "type") return verb(value);
    if (facet === "outcome") return outcome(value as "denied");
    if (facet === "actorKind") return actor(value as "user");
    if (facet === "subjectKind") return value.replace(/\/$/, "") || t("noKind");
    return value;
  };
  const conditionOf = (facet: Facet, value: string) =>
    facet === "subjectKind"
      ? `subject:${value.replace(/[^\w./-]/g, "\\$&")}*`
      : `${FIELDS[facet]}:${quoted(value)}`;

  return (
    <section aria-label={t("overview")} className="flex flex-col gap-3">
      <p role="status" className="text-sm">
        {t.rich("total", {
          total: overview.total,
          b: (text) => <strong>{text}</strong>,
        })}
      </p>
      <EventHistogram
        histogram={overview.histogram}
        onBrush={(from, until) => onSearch(withinTime(query, from, until))}
      />
      <details open={window.innerWidth >= WIDE} className="text-sm">
        <summary className="w-fit cursor-pointer text-muted">{t("narrow")}</summary>
        <div className="mt-2 grid grid-cols-[repeat(auto-fill,minmax(13rem,1fr))] gap-x-6 gap-y-3">
          {(Object.keys(FIELDS) as Facet[]).map((facet) => {
            const values = (overview.facets[facet] ?? []).filter(({ value }) => value !== "");
            if (values.length === 0) return null;
            return (
              <div key={facet} className="min-w-0">
                <h3 className="text-muted text-xs">{t(`facet.${facet}`)}</h3>
                <ul>
                  {values.slice(0, 6).map(({ value, name, count }) => (
                    <li key={value}>
                      <button
                        type="button"
                        data-tip={`${textOf(facet, value, name)} (${value})`}
                        onClick={() => onSearch(narrowedBy(query, conditionOf(facet, value)))}
                        className="flex min-h-6 w-full items-baseline justify-between gap-2 rounded px-1 text-start text-sm hover:bg-hover"
                      >
                        <bdi className="truncate font-sans">{textOf(facet, value, name)}</bdi>
                        <span className="text-muted">{number.format(count)}</span>
                      </button>
                    </li>
                  ))}
                </ul>
              </div>
            );
          })}
        </div>
      </details>
    </section>
  );
}
