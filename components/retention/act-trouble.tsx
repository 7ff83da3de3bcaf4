"use client";
import { useLocale, useTranslations } from "next-intl";
import { isolated } from "#server/engines/words/isolated.ts";
import { knownActTrouble } from "./known-act-trouble.ts";

/** Why an act was refused or is not done yet; what has no words stands as a quotation. */
export function ActTrouble({ said }: { said: string }) {
  const t = useTranslations("retention.trouble");
  const vault = useTranslations("trouble.what");
  const locale = useLocale();
  const known = knownActTrouble(said);
  const vaultKey = `vault_${known?.name}` as "vault_unreachable";
  const words = known
    ? t(known.key, {
        name: known.key === "vault" && vault.has(vaultKey) ? vault(vaultKey) : isolated(known.name),
      })
    : locale === "en"
      ? said
      : t("other", { said: isolated(said) });
  return <p className="text-danger text-xs">{words}</p>;
}
