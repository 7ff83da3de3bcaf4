"use client";
import { useFormatter, useTranslations } from "next-intl";
import { Time } from "#components/time/time.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { Section } from "#components/ui/section.tsx";
import type { SinkView } from "#server/features/delivery/schema.ts";
import { kindWord } from "./kind-word.ts";
import { LagText } from "./lag-text.tsx";

/** Where a sink goes, what it gets, and what it has had. */
export function SinkFacts({ sink }: { sink: SinkView }) {
  const t = useTranslations("delivery");
  const format = useFormatter();
  const number = (digits: string) => format.number(BigInt(digits));
  const { live } = sink;
  const facts = [
    {
      name: t("panel.target"),
      value: (
        <>
          {kindWord(sink.kind, t)}{" "}
          <bdi dir="ltr" className="break-all font-mono text-xs">
            {sink.target}
          </bdi>
        </>
      ),
    },
    {
      name: t("panel.query"),
      value: sink.query ? (
        <bdi dir="ltr" className="break-words font-mono text-xs">
          {sink.query}
        </bdi>
      ) : (
        t("panel.everything")
      ),
    },
    { name: t("panel.masking"), value: format.number(sink.maskingRules) },
    { name: t("columns.lag"), value: <LagText sink={sink} /> },
    { name: t("columns.rate"), value: format.number(sink.perMinute, { maximumFractionDigits: 1 }) },
    { name: t("panel.failures"), value: format.number(sink.failures) },
    { name: t("panel.delivered"), value: number(live.delivered) },
    { name: t("panel.passedOver"), value: number(live.passedOver) },
    { name: t("panel.retried"), value: number(live.retried) },
    { name: t("panel.rejected"), value: number(live.rejected) },
    {
      name: t("panel.deliveredAt"),
      value: live.deliveredAt ? <Time at={live.deliveredAt} /> : t("never"),
    },
    { name: t("panel.next"), value: number(live.nextLeaf) },
    { name: t("panel.since"), value: <Time at={sink.createdAt} /> },
  ];
  return (
    <Section title={t("panel.facts")}>
      <KeyValueList facts={facts} />
    </Section>
  );
}
