"use client";
import { Command } from "cmdk";
import { Building2, Languages, type LucideIcon, SunMoon } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useTheme } from "next-themes";
import { useEffect, useRef } from "react";
import { LOCALES } from "#components/i18n/locales.ts";
import { useChooseLocale } from "#components/i18n/use-choose-locale.ts";
import { visibleNavItems } from "#components/shell/nav-items.ts";
import type { TenantName } from "#components/shell/viewer.ts";
import type { Scope } from "#server/platform/authz/scopes.ts";

interface CommandPaletteProps {
  isOpen: boolean;
  onClose: () => void;
  tenant: TenantName;
  tenants: readonly TenantName[];
  scopes: readonly Scope[];
}

const GROUP =
  "[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-muted";

/** Goes to a page or tenant, or changes theme or language, by typing. */
export function CommandPalette({ isOpen, onClose, tenant, tenants, scopes }: CommandPaletteProps) {
  const t = useTranslations("shell");
  const router = useRouter();
  const { setTheme } = useTheme();
  const chooseLocale = useChooseLocale();
  const dialog = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    if (isOpen && !dialog.current?.open) dialog.current?.showModal();
    if (!isOpen) dialog.current?.close();
  }, [isOpen]);

  const item = (key: string, Icon: LucideIcon, text: string, act: () => void) => (
    <Command.Item
      key={key}
      value={text}
      onSelect={() => {
        onClose();
        act();
      }}
      className="flex h-9 cursor-pointer items-center gap-2.5 rounded-md px-2 aria-selected:bg-selected"
    >
      <Icon aria-hidden className="size-4 text-muted" />
      {text}
    </Command.Item>
  );

  return (
    <dialog
      ref={dialog}
      aria-label={t("palette.label")}
      onClose={onClose}
      closedby="any"
      className="centre mx-auto mt-[12dvh] w-[min(36rem,calc(100vw-2rem))] rounded-lg border border-line bg-raised p-0 text-text shadow-float"
    >
      {isOpen ? (
        <Command label={t("palette.label")} loop>
          <Command.Input
            autoFocus
            placeholder={t("palette.placeholder")}
            className="h-12 w-full border-line border-b bg-transparent px-4 text-md outline-none"
          />
          <Command.List className="max-h-[50dvh] overflow-y-auto p-2">
            <Command.Empty className="px-2 py-6 text-muted">{t("palette.nothing")}</Command.Empty>
            <Command.Group heading={t("palette.pages")} className={GROUP}>
              {visibleNavItems(scopes).map(({ name, path, icon }) =>
                item(name, icon, t(`nav.${name}`), () => router.push(`/t/${tenant.id}${path}`)),
              )}
            </Command.Group>
            {tenants.length > 1 ? (
              <Command.Group heading={t("palette.tenants")} className={GROUP}>
                {tenants.map(({ id, displayName }) =>
                  item(id, Building2, displayName, () => router.push(`/t/${id}`)),
                )}
              </Command.Group>
            ) : null}
            <Command.Group heading={t("palette.settings")} className={GROUP}>
              {(["light", "dark", "system"] as const).map((name) =>
                item(name, SunMoon, t("palette.theme", { name: t(`theme.${name}`) }), () =>
                  setTheme(name),
                ),
              )}
              {LOCALES.map((locale) =>
                item(locale, Languages, t(`language.names.${locale}`), () => chooseLocale(locale)),
              )}
            </Command.Group>
          </Command.List>
        </Command>
      ) : null}
    </dialog>
  );
}
