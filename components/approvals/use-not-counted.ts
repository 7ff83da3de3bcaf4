"use client";
import { useTranslations } from "next-intl";
import type { NotCounted } from "#server/engines/quorum/types.ts";

/** Why a review fills no place, in words. */
export function useNotCounted(): (why: string) => string {
  const t = useTranslations("approvals.reviews.why");
  return (why) => (t.has(why as NotCounted) ? t(why as NotCounted) : why);
}
