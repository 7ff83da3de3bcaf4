"use client";
import { useTranslations } from "next-intl";
import { slugOf } from "#server/engines/words/slug-of.ts";

/** The law or standard that asks for a term, in the reader's language: `PSD2 art. 21`. */
export function useLawSource(): (source: string) => string {
  const t = useTranslations("refusals.lawSource");
  return (source) => {
    const key = slugOf(source) as "psd2-art-21";
    return t.has(key) ? t(key) : source;
  };
}
