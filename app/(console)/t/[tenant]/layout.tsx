import { notFound, redirect } from "next/navigation";
import type { ReactNode } from "react";
import { ElevationBanner } from "#components/access/elevation-banner.tsx";
import { AlertsBell } from "#components/alerts/alerts-bell.tsx";
import { BreakGlassBanner } from "#components/break-glass/break-glass-banner.tsx";
import { InboxWatchLater } from "#components/inbox/inbox-watch-later.tsx";
import { AppShell } from "#components/shell/app-shell.tsx";
import { ToastLayerLater, TooltipLayerLater } from "#components/shell/layers-later.tsx";
import { currentSession } from "#server/features/identity/current-session.ts";
import type { Scope } from "#server/platform/authz/scopes.ts";
import { env } from "#server/platform/env/env.ts";
import { load } from "../../load.ts";
import { signInPath } from "../../sign-in-path.ts";

interface TenantLayoutProps {
  children: ReactNode;
  params: Promise<{ tenant: string }>;
}

/** The frame of one tenant's pages. Another tenant's address answers as one that does not exist. */
export default async function TenantLayout({ children, params }: TenantLayoutProps) {
  const { tenant: tenantId } = await params;
  const session = await currentSession();
  if (!session) redirect(await signInPath());
  if (!session.tenants.includes(tenantId)) notFound();
  const loaded = await load(tenantId, (console) => console.tenants.mine());
  const named = loaded.isLoaded ? loaded.data : [];
  const tenants = session.tenants.map((id) => ({
    id,
    displayName: named.find((tenant) => tenant.tenantId === id)?.displayName ?? id,
  }));
  const tenant = tenants.find(({ id }) => id === tenantId);
  if (!tenant) notFound();
  const alerts = session.scopes.has("runtime.alerts.read")
    ? await load(tenantId, (console) => console.alerts.list({ limit: 1 }))
    : null;
  const own = session.scopes.has("runtime.elevation.read")
    ? await load(tenantId, (console) => console.elevation.own())
    : null;
  const glass = await load(tenantId, (console) => console.breakGlass.live());
  const live = glass.isLoaded ? glass.data.live : [];
  // What breaking glass lets one see stands in the navigation while it lasts.
  const scopes = [...session.scopes, ...live.flatMap((use) => use.scopes as Scope[])];
  return (
    <>
      <AppShell
        sovereign={env().SOVEREIGN}
        tenant={tenant}
        alerts={
          alerts ? (
            <AlertsBell
              tenantId={tenantId}
              openCount={alerts.isLoaded ? alerts.data.openCount : null}
            />
          ) : null
        }
        elevation={own?.isLoaded ? <ElevationBanner tenantId={tenantId} own={own.data} /> : null}
        notice={
          live.length > 0 ? (
            <BreakGlassBanner
              tenantId={tenantId}
              live={live}
              isLinked={session.scopes.has("runtime.break-glass.read")}
            />
          ) : null
        }
        viewer={{ displayName: session.displayName, tenants, scopes }}
      >
        {children}
      </AppShell>
      {session.scopes.has("runtime.approvals.read") ? (
        <InboxWatchLater tenantId={tenantId} />
      ) : null}
      <ToastLayerLater />
      <TooltipLayerLater />
    </>
  );
}
