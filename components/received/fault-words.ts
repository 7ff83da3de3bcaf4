"use client";
import { useLocale, useTranslations } from "next-intl";
import { faultSaid } from "#server/engines/cloud-events/fault-said.ts";

/**
 * Why an envelope was refused, in the reader's language. It is kept as it was said at the time; what has
 * no words in another language is told so.
 */
export function useFaultWords(): (detail: string, field: string | null) => string {
  const t = useTranslations("refusals");
  const locale = useLocale();
  return (detail, field) => {
    if (locale === "en") return detail;
    const { key, args } = faultSaid(detail, field);
    // Which sentences have words is known when it is run; `has` keeps to them.
    return t.has(key as never) ? t(key as never, args as never) : detail;
  };
}
