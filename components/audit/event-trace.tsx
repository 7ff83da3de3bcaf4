"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { ClockTime } from "#components/time/clock-time.tsx";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Section } from "#components/ui/section.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { Status } from "#components/ui/status.tsx";
import { Timeline, type TimelineStep } from "#components/ui/timeline.tsx";
import { useUrlState } from "#components/url/use-url-state.ts";
import type { AuditEventSummary } from "#server/features/audit/schema.ts";
import { ActorName } from "./actor-name.tsx";
import { useEventVerb } from "./event-verb.ts";
import { shortSubject } from "./short-subject.ts";

const STAGES = { succeeded: "done", denied: "failed", failed: "failed" } as const;

interface EventTraceProps {
  tenantId: string;
  eventId: string;
}

/** Every event of the same trace from first to last, and what caused the one that is open. */
export function EventTrace({ tenantId, eventId }: EventTraceProps) {
  const t = useTranslations("audit.trace");
  const outcome = useTranslations("audit.outcome");
  const verb = useEventVerb();
  const problemText = useProblemText();
  const { change } = useUrlState();
  const trace = useQuery({
    queryKey: [tenantId, "audit.trace", eventId],
    queryFn: () => consoleClient(tenantId).audit.trace.query({ eventId }),
  });
  const open = (event: AuditEventSummary) =>
    event.eventId === eventId ? (
      verb(event.type)
    ) : (
      <button
        type="button"
        className="min-h-6 text-start text-accent hover:underline"
        onClick={() => change({ event: event.eventId }, { push: true })}
      >
        {verb(event.type)}
      </button>
    );
  const begun = trace.data?.events[0]?.recordedAt.getTime() ?? 0;
  const stepOf = (event: AuditEventSummary): TimelineStep => ({
    key: event.eventId,
    title: open(event),
    stage: event.eventId === eventId ? "current" : STAGES[event.outcome],
    stageLabel: event.eventId === eventId ? t("this") : outcome(event.outcome),
    detail: (
      <p className="flex flex-wrap items-baseline gap-x-2">
        <ClockTime at={event.recordedAt} />
        {event.recordedAt.getTime() > begun ? (
          <bdi dir="ltr">{t("after", { millis: event.recordedAt.getTime() - begun })}</bdi>
        ) : null}
        <ActorName kind={event.actorKind} name={event.actorName} reference={event.actorRef} />
        <bdi dir="ltr" data-tip={event.subject}>
          {shortSubject(event.subject)}
        </bdi>
      </p>
    ),
  });
  return (
    <Section title={t("title")}>
      {trace.error ? (
        <Status tone="danger" isSentence>
          {problemText(problemOf(trace.error))}
        </Status>
      ) : !trace.data ? (
        <Skeleton className="h-16" />
      ) : (
        <>
          {trace.data.causedBy ? (
            <p className="text-sm">
              {t.rich("causedBy", { event: () => open(trace.data.causedBy as AuditEventSummary) })}
            </p>
          ) : null}
          {trace.data.events.length === 1 ? (
            <p className="text-muted text-sm">{t("alone")}</p>
          ) : (
            <Timeline label={t("title")} steps={trace.data.events.map(stepOf)} />
          )}
          {trace.data.hasMore ? <p className="text-muted text-sm">{t("more")}</p> : null}
        </>
      )}
    </Section>
  );
}
