"use client";
import { SunMoon } from "lucide-react";
import { useTranslations } from "next-intl";
import { useTheme } from "next-themes";
import { useSyncExternalStore } from "react";
import { Menu } from "#components/ui/menu.tsx";
import { MenuItem } from "#components/ui/menu-item.tsx";

const THEMES = ["light", "dark", "system"] as const;
const never = () => () => {};

/** Light, dark, or as the system says. */
export function ThemeMenu() {
  const t = useTranslations("shell.theme");
  const { theme, setTheme } = useTheme();
  const isHydrated = useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
  return (
    <Menu
      label={t("label")}
      size="icon"
      align="end"
      trigger={<SunMoon aria-hidden className="size-4" />}
    >
      {THEMES.map((name) => (
        <MenuItem
          key={name}
          isChecked={isHydrated && theme === name}
          onSelect={() => setTheme(name)}
        >
          {t(name)}
        </MenuItem>
      ))}
    </Menu>
  );
}
