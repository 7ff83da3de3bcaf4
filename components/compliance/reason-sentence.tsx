"use client";
import { useTranslations } from "next-intl";
import { isolated } from "#server/engines/words/isolated.ts";
import type { CheckView } from "#server/features/compliance/views.ts";

const GAPS = ["approval", "elevation", "step-up", "provenance"] as const;
/** Numbers that a sentence asks about; one without it reads as nought. */
const NUMBERS = [
  "total",
  "bad",
  "count",
  "minutes",
  "unknown",
  "seen",
  "days",
  "seconds",
  "size",
  "faults",
];
const TEXTS = ["witness", "setting"];

/** Why a check says what it says, as a sentence. */
export function ReasonSentence({ reason, params }: Pick<CheckView, "reason" | "params">) {
  const t = useTranslations("compliance");
  const values: Record<string, string | number> = {};
  for (const name of NUMBERS) values[name] = Number(params[name] ?? 0);
  for (const name of TEXTS) values[name] = isolated(String(params[name] ?? ""));
  values.trouble = String(params.trouble ?? "");
  const gaps = String(params.gaps ?? "").split(",");
  values.gaps = GAPS.filter((gap) => gaps.includes(gap))
    .map((gap) => t(`gap.${gap}`))
    .join(" · ");
  return <>{t(`reason.${reason}`, values)}</>;
}
