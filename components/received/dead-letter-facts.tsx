"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { JsonText } from "#components/audit/json-text.tsx";
import { ClockTime } from "#components/time/clock-time.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { Section } from "#components/ui/section.tsx";
import type { DeadLetterDetail } from "#server/features/ingest/schema.ts";
import { useFaultWords } from "./fault-words.ts";

interface DeadLetterFactsProps {
  tenantId: string;
  letter: DeadLetterDetail;
}

/** Why it was refused, how often it came, what became of it, and the envelope as it came. */
export function DeadLetterFacts({ tenantId, letter }: DeadLetterFactsProps) {
  const t = useTranslations("received.letters");
  const words = useFaultWords();
  const { field, settledAt, becameEventId, envelope } = letter;
  const facts = [
    { name: t("why"), value: t(`about.${letter.reason}`) },
    ...(field ? [{ name: t("field"), value: <bdi dir="ltr">{field}</bdi> }] : []),
    { name: t("said"), value: <bdi className="font-sans">{words(letter.detail, field)}</bdi> },
    { name: t("from"), value: <bdi dir="ltr">{letter.sourceName}</bdi> },
    { name: t("first"), value: <ClockTime at={letter.receivedAt} /> },
    { name: t("last"), value: <ClockTime at={letter.lastAt} /> },
    { name: t("times"), value: letter.attempts },
    { name: t("size"), value: t("bytes", { count: letter.sizeBytes }) },
    ...(settledAt
      ? [
          {
            name: t(`state.${letter.state}`),
            value: (
              <>
                {letter.settledBy} <ClockTime at={settledAt} />
              </>
            ),
          },
          { name: t("because"), value: letter.settledReason },
        ]
      : []),
    ...(becameEventId
      ? [
          {
            name: t("became"),
            value: (
              <Link
                href={`/t/${tenantId}/audit?event=${becameEventId}`}
                className="text-accent hover:underline"
              >
                {t("openEvent")}
              </Link>
            ),
          },
        ]
      : []),
  ];
  return (
    <>
      <KeyValueList facts={facts} />
      <Section title={t("envelope")}>
        <p className="text-muted text-xs">
          {[letter.isMasked && t("masked"), letter.isCut && t("cut")].filter(Boolean).join(" ") ||
            t("asItCame")}
        </p>
        {envelope === null ? (
          <p className="text-muted text-sm">{t("unreadable")}</p>
        ) : (
          <JsonText label={t("asJson", { part: t("envelope") })} value={readEnvelope(envelope)} />
        )}
      </Section>
    </>
  );
}

function readEnvelope(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
