"use client";
import { useTranslations } from "next-intl";

const NAMES = ["dev", "test", "staging", "prod"] as const;

/** An environment in words. */
export function useEnvironmentName() {
  const t = useTranslations("breakGlass.environment");
  return (name: string) => {
    const known = NAMES.find((each) => each === name);
    return known ? t(known) : name;
  };
}
