"use client";
import { Menu as MenuIcon } from "lucide-react";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import type { Scope } from "#server/platform/authz/scopes.ts";
import { Brand } from "./brand.tsx";
import { SideNav } from "./side-nav.tsx";

const Dialog = dynamic(async () => (await import("#components/ui/dialog.tsx")).Dialog, {
  ssr: false,
});

interface NavDrawerProps {
  tenantId: string;
  scopes: readonly Scope[];
  sovereign: string;
}

/** The side navigation on a phone. */
export function NavDrawer({ tenantId, scopes, sovereign }: NavDrawerProps) {
  const t = useTranslations("shell.nav");
  const [isOpen, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <span className="lg:hidden">
      <Button look="quiet" size="icon" aria-label={t("open")} onClick={() => setOpen(true)}>
        <MenuIcon aria-hidden className="size-4" />
      </Button>
      {isOpen ? (
        <Dialog isOpen onClose={close} place="side" title={<Brand sovereign={sovereign} />}>
          <SideNav tenantId={tenantId} scopes={scopes} onNavigate={close} />
        </Dialog>
      ) : null}
    </span>
  );
}
