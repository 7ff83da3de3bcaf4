"use client";
import { useTranslations } from "next-intl";

/** What stands for one side of a pair: a name, a namespace that nobody owns, or another tenant. */
export function useWho() {
  const t = useTranslations("isolation");
  return (who: string | null) =>
    who === null ? t("anotherTenant") : who === "unowned" ? t("unowned") : who;
}
