"use client";
import { useLocale, useTranslations } from "next-intl";
import { slugOf } from "#server/engines/words/slug-of.ts";

/**
 * Why an envelope was refused, in the reader's language. It is kept as it was said at the time, the
 * field first; what has no words in another language is told so.
 */
export function useFaultWords(): (detail: string, field: string | null) => string {
  const t = useTranslations("refusals.input");
  const locale = useLocale();
  return (detail, field) => {
    if (locale === "en") return detail;
    const bare = field && detail.startsWith(`${field} `) ? detail.slice(field.length + 1) : detail;
    // Which sentences have words is known when it is run; `has` keeps to them.
    const key = slugOf(bare) as Parameters<typeof t.has>[0];
    return t.has(key) ? t(key as never, { field: `\u2068${field ?? ""}\u2069` } as never) : detail;
  };
}
