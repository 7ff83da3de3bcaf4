"use client";
import { useLocale, useTranslations } from "next-intl";
import { durationText } from "#components/time/duration-text.ts";
import { cx } from "./cx.ts";

interface AgeBarProps {
  ageSeconds: number;
  /** The age the policy allows; `null` when no rule gives one. */
  limitSeconds: number | null;
}

const WIDTH = 56;

/** An age against its limit: the words, and a small bar that fills up and turns when it is over. */
export function AgeBar({ ageSeconds, limitSeconds }: AgeBarProps) {
  const t = useTranslations("common.age");
  const locale = useLocale();
  const age = durationText(ageSeconds, locale);
  if (limitSeconds === null) {
    return <span className="whitespace-nowrap">{t("withoutLimit", { age })}</span>;
  }
  const share = limitSeconds > 0 ? ageSeconds / limitSeconds : 1;
  const tone = share > 1 ? "fill-danger" : share > 0.9 ? "fill-due" : "fill-muted";
  const limit = durationText(limitSeconds, locale);
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap">
      <svg
        width={WIDTH}
        height="6"
        viewBox={`0 0 ${WIDTH} 6`}
        aria-hidden
        className="mirrored shrink-0"
      >
        <rect width={WIDTH} height="6" rx="2" className="fill-line" />
        <rect width={Math.max(2, Math.min(1, share) * WIDTH)} height="6" rx="2" className={tone} />
      </svg>
      <span className={cx(share > 1 && "font-medium text-danger")}>
        {t(share > 1 ? "over" : "within", { age, limit })}
      </span>
    </span>
  );
}
