"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useEventVerb } from "#components/audit/event-verb.ts";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { usePageRefresh } from "#components/live/use-page-refresh.ts";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { ClockTime } from "#components/time/clock-time.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import { Status } from "#components/ui/status.tsx";
import type { UseDetail } from "#server/features/break-glass/schema.ts";
import { useEnvironmentName } from "./environment-name.ts";
import { ReviewForm } from "./review-form.tsx";
import { stateOfUse, USE_TONES } from "./use-state.ts";

/** One use on one page: why, what was done under it, and whether it was justified. */
export function UseScreen({ tenantId, view }: { tenantId: string; view: UseDetail }) {
  const t = useTranslations("breakGlass");
  const verb = useEventVerb();
  const environment = useEnvironmentName();
  const { use } = view;
  usePageRefresh(!use.endedAt, 3_000);
  const state = stateOfUse(use);
  const facts = [
    { name: t("use.reason"), value: <q className="break-words">{use.reason}</q> },
    { name: t("declare.environment"), value: environment(use.environment) },
    { name: t("use.started"), value: <ClockTime at={use.startedAt} /> },
    use.endedAt
      ? { name: t("use.ended"), value: <ClockTime at={use.endedAt} /> }
      : { name: t("use.ends"), value: <ClockTime at={use.endsAt} /> },
    {
      name: t("use.scopes"),
      value: (
        <bdi dir="ltr" className="break-words font-mono text-xs">
          {use.scopes.join(" ")}
        </bdi>
      ),
    },
  ];
  return (
    <AsOfProvider at={view.asOf}>
      <Link href={`/t/${tenantId}/access/break-glass`} className="text-accent text-sm underline">
        {t("review.back")}
      </Link>
      <PageHeader
        title={t("review.title", { person: use.personName })}
        asOf={view.asOf}
        actions={<RefreshButton />}
      />
      <div>
        <Status tone={USE_TONES[state]}>{t(`use.${state}`)}</Status>
      </div>
      <div className="grid min-w-0 items-start gap-4 xl:grid-cols-2">
        <Section look="card" title={t("title")}>
          <div className="px-4 py-3">
            <KeyValueList facts={facts} />
          </div>
        </Section>
        <Section look="card" title={t("review.verdict")}>
          <div className="flex flex-col gap-3 px-4 py-3 text-sm">
            {use.reviewedAt ? (
              <>
                <p className="whitespace-pre-wrap break-words">{use.reviewText}</p>
                <p className="text-muted">
                  {t("use.reviewedBy", { name: use.reviewedByName ?? "" })}{" "}
                  <ClockTime at={use.reviewedAt} />
                </p>
              </>
            ) : view.yourPart === "may-review" ? (
              <ReviewForm tenantId={tenantId} useId={use.useId} isLive={!use.endedAt} />
            ) : (
              <p>{t(`review.part.${view.yourPart}`)}</p>
            )}
          </div>
        </Section>
      </div>
      <Section look="card" title={t("review.events")}>
        {view.events.length === 0 ? (
          <p className="px-4 py-3 text-muted text-sm">{t("review.eventsNone")}</p>
        ) : (
          <ol>
            {view.events.map((event) => (
              <li
                key={event.eventId}
                className="flex flex-col border-line border-b px-4 py-2 text-sm last:border-b-0"
              >
                <p className="flex flex-wrap items-baseline justify-between gap-x-4">
                  <Link
                    href={`/t/${tenantId}/audit?event=${event.eventId}`}
                    className="hover:underline"
                  >
                    {verb(event.type)}
                  </Link>
                  <span className="flex items-baseline gap-3">
                    <span className="text-muted text-xs">
                      {t(event.isSealed ? "review.sealed" : "review.recorded")}
                    </span>
                    <ClockTime at={event.at} />
                  </span>
                </p>
                <p className="break-words text-muted text-xs">
                  <bdi dir="ltr" className="break-all font-mono">
                    {event.subject}
                  </bdi>
                  {event.note ? ` · ${event.note}` : null}
                </p>
              </li>
            ))}
          </ol>
        )}
        {view.eventCount > view.events.length ? (
          <p className="px-4 py-2 text-muted text-sm">
            {t("review.eventsMore", { shown: view.events.length, count: view.eventCount })}
          </p>
        ) : null}
      </Section>
    </AsOfProvider>
  );
}
