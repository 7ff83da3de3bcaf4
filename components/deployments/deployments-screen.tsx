"use client";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { usePageRefresh } from "#components/live/use-page-refresh.ts";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { Button } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { useUrlVisit } from "#components/url/use-url-state.ts";
import type { DeploymentPage, RunningService } from "#server/features/deployments/schema.ts";
import { DeploymentRows } from "./deployment-rows.tsx";
import { InboxCard } from "./inbox-card.tsx";
import { RunningServices } from "./running-services.tsx";

const RequestForm = dynamic(async () => (await import("./request-form.tsx")).RequestForm, {
  ssr: false,
});

export type DeploymentsView = "waiting" | "all" | "running";

interface DeploymentsScreenProps {
  tenantId: string;
  view: DeploymentsView;
  page: DeploymentPage;
  /** Only for the view of what runs. */
  running: readonly RunningService[];
  isNew: boolean;
  mayRequest: boolean;
}

/** The approver's inbox first; then everything, and what runs. */
export function DeploymentsScreen(props: DeploymentsScreenProps) {
  const { tenantId, view, page, running, isNew, mayRequest } = props;
  const t = useTranslations("deployments");
  const { visit } = useUrlVisit();
  usePageRefresh(view === "waiting" && !isNew, 5_000);
  const waiting =
    page.items.length === 0 ? (
      <EmptyState title={t("none")}>{t("noneBody")}</EmptyState>
    ) : (
      <ul className="grid items-start gap-4 xl:grid-cols-2">
        {page.items.map((card) => (
          <li key={card.deploymentId} className="min-w-0">
            <InboxCard tenantId={tenantId} card={card} />
          </li>
        ))}
      </ul>
    );
  const all =
    page.items.length === 0 ? (
      <EmptyState title={t("noneAll")}>{t("noneBody")}</EmptyState>
    ) : (
      <div className="flex flex-col gap-3">
        <DeploymentRows tenantId={tenantId} items={page.items} />
        {page.nextCursor ? (
          <Button className="self-start" onClick={() => visit({ before: page.nextCursor })}>
            {t("older")}
          </Button>
        ) : null}
      </div>
    );
  const runs =
    running.length === 0 ? (
      <EmptyState title={t("noneRunning")}>{t("noneBody")}</EmptyState>
    ) : (
      <RunningServices tenantId={tenantId} items={running} />
    );
  return (
    <AsOfProvider at={page.asOf}>
      <PageHeader
        title={t("title")}
        asOf={page.asOf}
        actions={
          <>
            <Link
              href={`/t/${tenantId}/deployments/environments`}
              className="text-accent hover:underline"
            >
              {t("toEnvironments")}
            </Link>
            <Link
              href={`/t/${tenantId}/deployments/admission`}
              className="text-accent hover:underline"
            >
              {t("toAdmission")}
            </Link>
            <Button
              look="primary"
              disabledReason={mayRequest ? null : t("mayNotRequest")}
              onClick={() => visit({ new: "1" })}
            >
              {t("new")}
            </Button>
            <RefreshButton />
          </>
        }
      />
      {isNew ? <RequestForm tenantId={tenantId} onClose={() => visit({ new: null })} /> : null}
      <Tabs
        label={t("views.label")}
        chosen={view}
        onChoose={(name) => visit({ view: name === "waiting" ? null : name, before: null })}
        tabs={[
          { name: "waiting", label: t("views.waiting"), content: waiting },
          { name: "all", label: t("views.all"), content: all },
          { name: "running", label: t("views.running"), content: runs },
        ]}
      />
    </AsOfProvider>
  );
}
