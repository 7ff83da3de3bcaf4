"use client";
import { useTranslations } from "next-intl";
import { ClockTime } from "#components/time/clock-time.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { Section } from "#components/ui/section.tsx";

type Members = { readonly [key: string]: unknown };

/** Of an event that another part of the platform sent: from where, who vouches for it, and what it says itself. */
export function ReceivedFacts({ payload }: { payload: unknown }) {
  const t = useTranslations("audit.detail.received");
  const { received, actor } = members(payload);
  const said = members(received);
  if (typeof said.from !== "string") return null;
  const { name, subject, component } = members(actor);
  const text = (value: unknown) => (typeof value === "string" ? value : null);
  const ltr = (value: string | null) => (value === null ? null : <bdi dir="ltr">{value}</bdi>);
  const happened = text(said.time);
  const masked = Array.isArray(said.masked) ? said.masked.join(", ") : null;
  const facts = [
    { name: t("from"), value: ltr(`${said.from} (${text(said.kind) ?? ""})`) },
    { name: t("vouched"), value: ltr(text(name) ?? text(subject) ?? text(component) ?? said.from) },
    { name: t("principal"), value: ltr(text(said.principal)) },
    { name: t("happened"), value: happened ? <ClockTime at={new Date(happened)} /> : null },
    { name: t("subject"), value: ltr(text(said.subject)) },
    { name: t("source"), value: ltr(text(said.source)) },
    { name: t("mended"), value: text(said.mendedBy) },
    { name: t("masked"), value: ltr(masked) },
  ].filter(({ value }) => value !== null);
  return (
    <Section title={t("title")}>
      <p className="text-muted text-xs">{t("about")}</p>
      <KeyValueList facts={facts} />
    </Section>
  );
}

function members(value: unknown): Members {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Members)
    : {};
}
