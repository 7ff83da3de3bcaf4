"use client";
import { SlidersHorizontal } from "lucide-react";
import { useTranslations } from "next-intl";
import { Menu } from "#components/ui/menu.tsx";
import { MenuHeading } from "#components/ui/menu-heading.tsx";
import { MenuItem } from "#components/ui/menu-item.tsx";
import { DENSITIES, type Density } from "./use-table-url-state.ts";

interface TableOptionsMenuProps {
  /** The columns that may be hidden. */
  columns: readonly { id: string; label: string }[];
  hidden: readonly string[];
  onHide: (hidden: string[]) => void;
  density: Density;
  onDensity: (density: Density) => void;
}

/** Which columns are shown, and how high the rows are. */
export function TableOptionsMenu(props: TableOptionsMenuProps) {
  const { columns, hidden, onHide, density, onDensity } = props;
  const t = useTranslations("common.table");
  return (
    <Menu
      label={t("columns")}
      look="plain"
      align="end"
      trigger={
        <>
          <SlidersHorizontal aria-hidden className="size-4 text-muted" />
          <span className="hidden sm:inline">{t("columns")}</span>
        </>
      }
    >
      {columns.map(({ id, label }) => {
        const isHidden = hidden.includes(id);
        return (
          <MenuItem
            key={id}
            role="menuitemcheckbox"
            isChecked={!isHidden}
            onSelect={() => onHide(isHidden ? hidden.filter((one) => one !== id) : [...hidden, id])}
          >
            {label}
          </MenuItem>
        );
      })}
      <MenuHeading>{t("density")}</MenuHeading>
      {DENSITIES.map((name) => (
        <MenuItem key={name} isChecked={density === name} onSelect={() => onDensity(name)}>
          {t(name)}
        </MenuItem>
      ))}
    </Menu>
  );
}
