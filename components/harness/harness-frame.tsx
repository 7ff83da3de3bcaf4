import type { ReactNode } from "react";
import { AppShell } from "#components/shell/app-shell.tsx";
import type { Viewer } from "#components/shell/viewer.ts";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { ToastLayer } from "#components/toast/toast-layer.tsx";
import { TooltipLayer } from "#components/ui/tooltip-layer.tsx";

const tenant = { id: "muscatpharmacy", displayName: "Muscat Pharmacy" };
const viewer: Viewer = {
  displayName: "security-officer",
  tenants: [tenant, { id: "acme-shop", displayName: "Acme Shop" }],
  scopes: ["runtime.secrets.read", "runtime.audit.read"],
};

/** The frame of the console around a part that is being looked at. */
export function HarnessFrame({ children }: { children: ReactNode }) {
  return (
    <AsOfProvider at={new Date("2026-11-22T10:04:31Z")}>
      <AppShell sovereign="omantel" tenant={tenant} viewer={viewer}>
        {children}
      </AppShell>
      <ToastLayer />
      <TooltipLayer />
    </AsOfProvider>
  );
}
