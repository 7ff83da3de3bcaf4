"use client";
import { Building2, ChevronsUpDown } from "lucide-react";
import { useTranslations } from "next-intl";
import { Menu } from "#components/ui/menu.tsx";
import { MenuItem } from "#components/ui/menu-item.tsx";
import type { TenantName } from "./viewer.ts";

interface TenantMenuProps {
  current: TenantName;
  tenants: readonly TenantName[];
}

/** The tenant being looked at; a menu for those who have several. */
export function TenantMenu({ current, tenants }: TenantMenuProps) {
  const t = useTranslations("shell.tenant");
  const face = (
    <>
      <Building2 aria-hidden className="size-4 shrink-0 text-muted" />
      <span className="truncate font-semibold">{current.displayName}</span>
    </>
  );
  if (tenants.length < 2) {
    return (
      <p className="flex min-w-0 items-center gap-2 px-2">
        <span className="sr-only">{t("label")}</span>
        {face}
      </p>
    );
  }
  return (
    <Menu
      label={t("switch", { tenant: current.displayName })}
      className="min-w-0 max-w-56 shrink!"
      trigger={
        <>
          {face}
          <ChevronsUpDown aria-hidden className="size-3.5 shrink-0 text-muted" />
        </>
      }
    >
      {tenants.map((tenant) => (
        <MenuItem key={tenant.id} href={`/t/${tenant.id}`} isChecked={tenant.id === current.id}>
          {tenant.displayName}
        </MenuItem>
      ))}
    </Menu>
  );
}
