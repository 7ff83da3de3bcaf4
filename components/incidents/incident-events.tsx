"use client";
import { useTranslations } from "next-intl";
import { useEventVerb } from "#components/audit/event-verb.ts";
import { ClockTime } from "#components/time/clock-time.tsx";
import type { IncidentEvent } from "#server/features/rotation/leaks/views.ts";

interface IncidentEventsProps {
  label: string;
  events: readonly IncidentEvent[];
  none: string;
}

/** Events of the audit log, oldest first: when, what, who, and why where somebody said so. */
export function IncidentEvents({ label, events, none }: IncidentEventsProps) {
  const verb = useEventVerb();
  const actor = useTranslations("audit.actor");
  const outcome = useTranslations("audit.outcome");
  if (events.length === 0) return <p className="text-muted text-sm">{none}</p>;
  return (
    <ol aria-label={label} className="flex flex-col text-sm">
      {events.map((event) => (
        <li key={event.eventId} className="border-line border-b py-1.5 last:border-b-0">
          <p className="flex flex-wrap items-baseline justify-between gap-x-3">
            <span>
              {verb(event.type)}
              {event.outcome === "succeeded" || !isOutcome(event.outcome) ? null : (
                <span className="text-danger"> · {outcome(event.outcome)}</span>
              )}
            </span>
            <ClockTime at={event.at} />
          </p>
          <p className="break-words text-muted text-xs">
            {event.actorName ? <bdi>{event.actorName}</bdi> : null}
            {isActor(event.actorKind) ? ` · ${actor(event.actorKind)}` : null}
            {event.note ? (
              <>
                {" · "}
                <bdi>{event.note}</bdi>
              </>
            ) : null}
          </p>
        </li>
      ))}
    </ol>
  );
}

function isActor(kind: string): kind is "user" | "service" | "worker" | "system" {
  return ["user", "service", "worker", "system"].includes(kind);
}

function isOutcome(text: string): text is "succeeded" | "denied" | "failed" {
  return ["succeeded", "denied", "failed"].includes(text);
}
