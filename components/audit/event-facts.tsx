"use client";
import { useTranslations } from "next-intl";
import { ClockTime } from "#components/time/clock-time.tsx";
import { Identifier } from "#components/ui/identifier.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { Section } from "#components/ui/section.tsx";
import type { AuditEventDetail } from "#server/features/audit/schema.ts";
import { ActorName } from "./actor-name.tsx";
import { EventChange } from "./event-change.tsx";
import { EventDecision } from "./event-decision.tsx";
import { EventTrace } from "./event-trace.tsx";
import { JsonText } from "./json-text.tsx";
import { OutcomeMark } from "./outcome-mark.tsx";
import { ReceivedFacts } from "./received-facts.tsx";
import { SealFacts } from "./seal-facts.tsx";

/** The parts of an opened event. */
export function EventFacts({ tenantId, event }: { tenantId: string; event: AuditEventDetail }) {
  const t = useTranslations("audit.detail");
  const facts = [
    { name: t("time"), value: <ClockTime at={event.recordedAt} /> },
    {
      name: t("actor"),
      value: <ActorName kind={event.actorKind} name={event.actorName} reference={event.actorRef} />,
    },
    { name: t("pseudonym"), value: <Identifier value={event.actorRef} ends={10} /> },
    { name: t("target"), value: <Identifier value={event.subject} /> },
    { name: t("outcome"), value: <OutcomeMark outcome={event.outcome} /> },
    { name: t("type"), value: <bdi dir="ltr">{event.type}</bdi> },
    { name: t("trace"), value: <Identifier value={event.traceId} ends={8} /> },
    { name: t("id"), value: <Identifier value={event.eventId} ends={8} /> },
  ];
  return (
    <>
      <KeyValueList facts={facts} />
      <ReceivedFacts payload={event.payload} />
      <SealFacts tenantId={tenantId} event={event} />
      {event.decision ? <EventDecision tenantId={tenantId} decision={event.decision} /> : null}
      <EventChange payload={event.payload} />
      <EventTrace tenantId={tenantId} eventId={event.eventId} />
      <Section title={t("payload")}>
        {event.payloadState === "intact" ? (
          <JsonText label={t("asJson", { part: t("payload") })} value={event.payload} />
        ) : (
          <p className="text-muted text-sm">{t(`payloadState.${event.payloadState}`)}</p>
        )}
      </Section>
      <Section title={t("envelope")}>
        <p className="text-muted text-xs">{t("envelopeHint")}</p>
        <JsonText label={t("asJson", { part: t("envelope") })} value={JSON.parse(event.envelope)} />
      </Section>
    </>
  );
}
