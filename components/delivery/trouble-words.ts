"use client";
import { useLocale, useTranslations } from "next-intl";
import { useCallback } from "react";
import { isolated } from "#server/engines/words/isolated.ts";
import { knownTrouble } from "./known-trouble.ts";

interface Trouble {
  readonly message: string;
  readonly remedy: string;
}

/** Trouble with a receiver in the reader's language; what is not known stands as a quotation in it. */
export function useTroubleWords(): (trouble: Trouble) => Trouble {
  const t = useTranslations("delivery.trouble");
  const vault = useTranslations("trouble.what");
  const locale = useLocale();
  return useCallback(
    (trouble) => {
      /** Who or what a sentence names: a receiver without a name, and what the vault says, have words too. */
      const named = (text: string) => {
        if (text === "the receiver" || text === "the intake") return t("receiver");
        const key = `vault_${text}` as "vault_unreachable";
        return vault.has(key) ? vault(key) : isolated(text);
      };
      const words = ({ message, remedy }: Trouble): Trouble => {
        const known = knownTrouble(message);
        if (known) {
          const { key, b } = known;
          // What one event was refused for is a sentence of its own.
          const a = key === "takesNone" ? words({ message: known.a, remedy: "" }).message : known.a;
          const names = { a: key === "takesNone" ? a : named(a), b: named(b) };
          return { message: t(`${key}.what`, names).trim(), remedy: t(`${key}.do`, names) };
        }
        if (locale === "en" || message === "") return { message, remedy };
        return { message: t("other.what", { a: isolated(message) }), remedy: t("other.do") };
      };
      return words(trouble);
    },
    [t, vault, locale],
  );
}
