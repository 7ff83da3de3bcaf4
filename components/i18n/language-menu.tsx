"use client";
import { Languages } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { Menu } from "#components/ui/menu.tsx";
import { MenuItem } from "#components/ui/menu-item.tsx";
import { LOCALES } from "./locales.ts";
import { useChooseLocale } from "./use-choose-locale.ts";

/** Each language is named in itself. */
export function LanguageMenu() {
  const t = useTranslations("shell.language");
  const current = useLocale();
  const choose = useChooseLocale();
  return (
    <Menu
      label={t("label")}
      size="icon"
      align="end"
      trigger={<Languages aria-hidden className="size-4" />}
    >
      {LOCALES.map((locale) => (
        <MenuItem key={locale} isChecked={locale === current} onSelect={() => choose(locale)}>
          <span lang={locale}>{t(`names.${locale}`)}</span>
        </MenuItem>
      ))}
    </Menu>
  );
}
