"use client";
import { Search } from "lucide-react";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import type { TenantName } from "#components/shell/viewer.ts";
import { Button } from "#components/ui/button.tsx";
import type { Scope } from "#server/platform/authz/scopes.ts";

const CommandPalette = dynamic(async () => (await import("./command-palette.tsx")).CommandPalette, {
  ssr: false,
});

interface PaletteButtonProps {
  tenant: TenantName;
  tenants: readonly TenantName[];
  scopes: readonly Scope[];
}

/** Opens the command palette, as ⌘K and Ctrl+K do; its code is loaded on the first use. */
export function PaletteButton(props: PaletteButtonProps) {
  const t = useTranslations("shell.palette");
  const [isOpen, setOpen] = useState(false);
  const [wasOpened, setWasOpened] = useState(false);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      setWasOpened(true);
      setOpen((before) => !before);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);

  return (
    <>
      <Button
        size="sm"
        look="quiet"
        aria-keyshortcuts="Meta+K Control+K"
        className="text-muted sm:border-line sm:bg-surface sm:pe-1"
        onClick={() => {
          setWasOpened(true);
          setOpen(true);
        }}
      >
        <Search aria-hidden className="size-4" />
        <span className="sr-only font-normal sm:not-sr-only sm:pe-6">{t("search")}</span>
        <kbd
          aria-hidden
          dir="ltr"
          className="hidden rounded-sm border border-line bg-raised px-1 font-sans text-xs sm:inline"
        >
          {t("keys")}
        </kbd>
      </Button>
      {wasOpened ? (
        <CommandPalette {...props} isOpen={isOpen} onClose={() => setOpen(false)} />
      ) : null}
    </>
  );
}
