import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { LanguageMenu } from "#components/i18n/language-menu.tsx";
import { PaletteButton } from "#components/palette/palette-button.tsx";
import { ThemeMenu } from "#components/theme/theme-menu.tsx";
import { AccountMenu } from "./account-menu.tsx";
import { Brand } from "./brand.tsx";
import { NavDrawer } from "./nav-drawer.tsx";
import { SideNav } from "./side-nav.tsx";
import { SkipLink } from "./skip-link.tsx";
import { TenantMenu } from "./tenant-menu.tsx";
import type { TenantName, Viewer } from "./viewer.ts";
import { ViewerTenants } from "./viewer-tenants.tsx";

interface AppShellProps {
  sovereign: string;
  tenant: TenantName;
  viewer: Viewer;
  /** The alerts bell, which brings its own data. */
  alerts?: ReactNode;
  /** The viewer's live elevation, which stands above every page. */
  elevation?: ReactNode;
  /** What everybody of the tenant has to see, above everything. */
  notice?: ReactNode;
  children: ReactNode;
}

/** The frame around every page of the console. */
export function AppShell({
  sovereign,
  tenant,
  viewer,
  alerts,
  elevation,
  notice,
  children,
}: AppShellProps) {
  const t = useTranslations("shell");
  const nav = { tenantId: tenant.id, scopes: viewer.scopes };
  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[13.5rem_minmax(0,1fr)]">
      <SkipLink />
      <aside
        aria-label={t("sidebar")}
        className="sticky top-0 hidden h-dvh flex-col gap-4 border-line border-e bg-sunken px-3 py-3 lg:flex"
      >
        <div className="px-1.5">
          <Brand sovereign={sovereign} />
        </div>
        <div className="-mx-1 min-h-0 flex-1 overflow-y-auto px-1 pb-1">
          <SideNav {...nav} />
        </div>
      </aside>
      <div className="flex min-w-0 flex-col">
        <header className="sticky top-0 z-20 flex h-13 items-center gap-1 border-line border-b bg-raised px-3 sm:px-5">
          <NavDrawer {...nav} sovereign={sovereign} />
          <TenantMenu current={tenant} tenants={viewer.tenants} />
          <div className="ms-auto flex shrink-0 items-center gap-1">
            <PaletteButton tenant={tenant} tenants={viewer.tenants} scopes={viewer.scopes} />
            {alerts}
            <ThemeMenu />
            <LanguageMenu />
            <AccountMenu
              displayName={viewer.displayName}
              keysPath={
                viewer.scopes.includes("runtime.identity.step-up")
                  ? `/t/${tenant.id}/security-keys`
                  : null
              }
            />
          </div>
        </header>
        {notice}
        {elevation}
        <main
          id="content"
          tabIndex={-1}
          className="flex min-w-0 flex-1 flex-col gap-4 px-4 py-4 outline-none sm:px-5 lg:has-[[data-detail-panel=normal]]:pe-[28.25rem] lg:has-[[data-detail-panel=wide]]:pe-[calc(min(47rem,58vw)+1.25rem)]"
        >
          <ViewerTenants count={viewer.tenants.length}>{children}</ViewerTenants>
        </main>
      </div>
    </div>
  );
}
