import { notFound } from "next/navigation";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import { HarnessStates } from "#components/harness/harness-states.tsx";
import { HarnessTable } from "#components/harness/harness-table.tsx";
import { AppShell } from "#components/shell/app-shell.tsx";
import type { Viewer } from "#components/shell/viewer.ts";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { ToastLayer } from "#components/toast/toast-layer.tsx";
import { TooltipLayer } from "#components/ui/tooltip-layer.tsx";

const tenants = [
  { id: "muscatpharmacy", displayName: "Muscat Pharmacy" },
  { id: "acme-shop", displayName: "Acme Shop" },
];
const viewer: Viewer = {
  displayName: "security-officer",
  tenants,
  scopes: ["runtime.secrets.read", "runtime.audit.read"],
};
const asOf = new Date("2026-11-22T10:04:31Z");

/** Exists only in a build made with `CONSOLE_HARNESS=1`: the parts without their data. */
export default async function HarnessPage({ params }: { params: Promise<{ part: string }> }) {
  const { part } = await params;
  const tenant = tenants[0];
  if (!tenant) notFound();
  return (
    <NuqsAdapter>
      <AsOfProvider at={asOf}>
        <AppShell sovereign="omantel" tenant={tenant} viewer={viewer}>
          {part === "table" ? <HarnessTable count={100_000} /> : null}
          {part === "small" ? <HarnessTable count={12} /> : null}
          {part === "empty" ? <HarnessTable count={0} /> : null}
          {part === "states" ? <HarnessStates /> : null}
        </AppShell>
        <ToastLayer />
        <TooltipLayer />
      </AsOfProvider>
    </NuqsAdapter>
  );
}
