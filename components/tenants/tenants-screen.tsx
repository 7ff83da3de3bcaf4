"use client";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { usePageRefresh } from "#components/live/use-page-refresh.ts";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { Button } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { useUrlVisit } from "#components/url/use-url-state.ts";
import type { LifecycleDetail, TenantLives } from "#server/features/onboarding/views.ts";

const TenantList = dynamic(async () => (await import("./tenant-list.tsx")).TenantList, {
  ssr: false,
});
const LifecyclePanel = dynamic(async () => (await import("./lifecycle-panel.tsx")).LifecyclePanel, {
  ssr: false,
});
const OnboardForm = dynamic(async () => (await import("./onboard-form.tsx")).OnboardForm, {
  ssr: false,
});
const OffboardForm = dynamic(async () => (await import("./offboard-form.tsx")).OffboardForm, {
  ssr: false,
});

const REFRESH_MILLIS = 5_000;

export interface TenantRights {
  onboard: boolean;
  offboard: boolean;
  export: boolean;
}

interface TenantsScreenProps {
  tenantId: string;
  lives: TenantLives;
  /** The act that the URL names. */
  detail: LifecycleDetail | null;
  may: TenantRights;
}

/** Every tenant and how it stands; where they come from and how they go. */
export function TenantsScreen({ tenantId, lives, detail, may }: TenantsScreenProps) {
  const t = useTranslations("tenants");
  const { visit } = useUrlVisit();
  const [open, setOpen] = useState<{ act: "onboard" } | { act: "offboard"; slug: string } | null>(
    null,
  );
  usePageRefresh(open === null, REFRESH_MILLIS);
  const show = (lifecycleId: string) => {
    setOpen(null);
    visit({ lifecycle: lifecycleId });
  };
  return (
    <AsOfProvider at={lives.asOf}>
      <PageHeader
        title={t("title")}
        asOf={lives.asOf}
        actions={
          <>
            {lives.isSovereign ? (
              <Button
                look="primary"
                disabledReason={may.onboard ? null : t("mayNotOnboard")}
                onClick={() => setOpen({ act: "onboard" })}
              >
                {t("onboard")}
              </Button>
            ) : null}
            <RefreshButton />
          </>
        }
      />
      <p className="max-w-prose text-muted text-sm">{t("about")}</p>
      {!lives.isSovereign ? (
        <EmptyState title={t("notHere")}>{t("notHereBody")}</EmptyState>
      ) : lives.tenants.length === 0 ? (
        <EmptyState title={t("none")}>{t("noneBody")}</EmptyState>
      ) : (
        <TenantList
          tenants={lives.tenants}
          mayOffboard={may.offboard}
          onShow={show}
          onOffboard={(slug) => setOpen({ act: "offboard", slug })}
        />
      )}
      {open?.act === "onboard" ? (
        <OnboardForm
          tenantId={tenantId}
          realms={lives.realms}
          onDone={show}
          onClose={() => setOpen(null)}
        />
      ) : null}
      {open?.act === "offboard" ? (
        <OffboardForm
          tenantId={tenantId}
          slug={open.slug}
          onDone={show}
          onClose={() => setOpen(null)}
        />
      ) : null}
      {detail ? (
        <LifecyclePanel
          key={detail.lifecycle.lifecycleId}
          tenantId={tenantId}
          detail={detail}
          may={may}
          onClose={() => visit({ lifecycle: null })}
        />
      ) : null}
    </AsOfProvider>
  );
}
