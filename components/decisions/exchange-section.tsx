"use client";
import { useTranslations } from "next-intl";
import { Identifier } from "#components/ui/identifier.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { Section } from "#components/ui/section.tsx";
import type { DecisionDetail } from "#server/features/policy/schema.ts";
import { WireText } from "./wire-text.tsx";

/** What a governance engine was asked and what it answered, with the bytes of both. */
export function ExchangeSection({
  exchange,
}: {
  exchange: NonNullable<DecisionDetail["exchange"]>;
}) {
  const t = useTranslations("decisions.exchange");
  const failures = useTranslations("decisions.failure");
  const known = (exchange.failure ?? "unreachable") as "unreachable";
  const facts = [
    {
      name: t("sent"),
      value: (
        <bdi dir="ltr" className="break-all">
          {exchange.url}
        </bdi>
      ),
    },
    {
      name: t("status"),
      value:
        exchange.status === null ? (
          t("nothing")
        ) : (
          <bdi dir="ltr">{["HTTP", exchange.status, exchange.contentType].join(" ")}</bdi>
        ),
    },
    ...(exchange.failure
      ? [{ name: t("failure"), value: failures.has(known) ? failures(known) : known }]
      : []),
    ...(exchange.reasons.length > 0
      ? [{ name: t("said"), value: <span dir="auto">{exchange.reasons.join("; ")}</span> }]
      : []),
    ...(exchange.responseDigest
      ? [{ name: "SHA-256", value: <Identifier value={exchange.responseDigest} ends={8} /> }]
      : []),
  ];
  return (
    <Section title={t("title")}>
      <KeyValueList facts={facts} />
      {exchange.count > 1 ? (
        <p className="text-muted text-sm">
          {t("part", { number: exchange.index + 1, count: exchange.count })}
        </p>
      ) : null}
      <WireText title={t("request")} text={exchange.request} />
      {exchange.response === null ? null : (
        <WireText
          title={t(exchange.responseEncoding === "utf8" ? "response" : "base64")}
          text={exchange.response}
        />
      )}
    </Section>
  );
}
