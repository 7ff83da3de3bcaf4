"use client";
import { useTranslations } from "next-intl";
import { useCallback } from "react";
import { knownTrouble } from "./known-trouble.ts";

interface Trouble {
  readonly message: string;
  readonly remedy: string;
}

/** Trouble with a receiver in the reader's language; what is not known is told as it was said. */
export function useTroubleWords(): (trouble: Trouble) => Trouble {
  const t = useTranslations("delivery.trouble");
  return useCallback(
    (trouble) => {
      const known = knownTrouble(trouble.message);
      if (!known) return trouble;
      const { key, a, b } = known;
      return { message: t(`${key}.what`, { a, b }).trim(), remedy: t(`${key}.do`, { a }) };
    },
    [t],
  );
}
