"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useMemo } from "react";
import { MoreButton } from "#components/data-table/more-button.tsx";
import { useMorePages } from "#components/data-table/use-more-pages.ts";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { ClockTime } from "#components/time/clock-time.tsx";
import { showToast } from "#components/toast/toast-store.ts";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Select } from "#components/ui/select.tsx";
import { Status } from "#components/ui/status.tsx";
import { useUrlVisit } from "#components/url/use-url-state.ts";
import type { IncidentInBrief } from "#server/features/rotation/leaks/views.ts";
import { INCIDENT_STATES, INCIDENT_TONES, type IncidentState } from "./incident-states.ts";

interface IncidentListScreenProps {
  tenantId: string;
  show: IncidentState | null;
  page: { items: readonly IncidentInBrief[]; nextCursor: string | null; asOf: Date };
}

const idOf = (item: IncidentInBrief) => item.incidentId;

/** Every value that leaked, newest first. */
export function IncidentListScreen({ tenantId, show, page }: IncidentListScreenProps) {
  const t = useTranslations("incidents");
  const { visit } = useUrlVisit();
  const list = useMorePages({
    question: show ?? "",
    first: useMemo(() => ({ items: [...page.items], nextCursor: page.nextCursor }), [page]),
    idOf,
    fetchPage: async (cursor) => {
      const { consoleClient } = await import("#components/trpc/console-client.ts");
      const asked = show ? { states: [show], cursor } : { cursor };
      return consoleClient(tenantId).incidents.list.query(asked);
    },
    onFailure: () => showToast({ tone: "danger", title: t("moreFailed") }),
  });
  return (
    <AsOfProvider at={page.asOf}>
      <PageHeader title={t("title")} asOf={page.asOf} actions={<RefreshButton />} />
      <section aria-label={t("title")} className="rounded-lg border border-line bg-raised">
        <div className="flex min-h-12 items-center border-line border-b px-3 py-2">
          <Select
            aria-label={t("show.label")}
            value={show ?? ""}
            onChange={(event) => visit({ show: event.target.value })}
          >
            <option value="">{t("show.all")}</option>
            {INCIDENT_STATES.map((name) => (
              <option key={name} value={name}>
                {t(`show.${name}`)}
              </option>
            ))}
          </Select>
        </div>
        {list.items.length === 0 ? (
          <EmptyState title={t("noneTitle")}>{t("noneBody")}</EmptyState>
        ) : (
          <ul>
            {list.items.map((item) => (
              <li
                key={item.incidentId}
                className="flex flex-wrap items-baseline gap-x-4 gap-y-1 border-line border-b px-4 py-3 last:border-b-0"
              >
                <Link
                  href={`/t/${tenantId}/incidents?incident=${item.incidentId}`}
                  className="min-w-0 flex-1 basis-60 font-medium hover:underline"
                >
                  {item.credential} · {item.environment}
                </Link>
                <Status tone={INCIDENT_TONES[item.state]} look="plain">
                  {t(`state.${item.state}`)}
                </Status>
                <span className="text-muted text-sm">
                  <ClockTime at={item.openedAt} />
                </span>
              </li>
            ))}
          </ul>
        )}
        {list.hasMore ? (
          <MoreButton label={t("more")} isLoading={list.isLoading} onPress={list.loadMore} />
        ) : null}
      </section>
    </AsOfProvider>
  );
}
