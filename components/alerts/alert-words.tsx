"use client";
import { useLocale, useTranslations } from "next-intl";
import { isolated } from "#server/engines/words/isolated.ts";

/** What an alert says: it is raised in English; other languages tell its kind, and quote the rest. */
export function AlertWords({ kind, detail }: { kind: string; detail: string }) {
  const t = useTranslations("alerts.kind");
  if (useLocale() === "en") return detail;
  const key = t.has(kind as "drift-critical") ? (kind as "drift-critical") : "other";
  return (
    <>
      {t(key)} <q>{isolated(detail)}</q>
    </>
  );
}
