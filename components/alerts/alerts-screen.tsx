"use client";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { ClockTime } from "#components/time/clock-time.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Select } from "#components/ui/select.tsx";
import { Status } from "#components/ui/status.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { useUrlState, useUrlVisit } from "#components/url/use-url-state.ts";
import type { AlertView } from "#server/features/alerts/schema.ts";
import { AcknowledgeButton } from "./acknowledge-button.tsx";
import { ALERT_SHOWS, type AlertShow } from "./alert-shows.ts";
import { AlertWords } from "./alert-words.tsx";

const WebhooksPart = dynamic(
  async () => (await import("./webhooks/webhooks-part.tsx")).WebhooksPart,
  {
    ssr: false,
  },
);

interface AlertsScreenProps {
  tenantId: string;
  show: AlertShow;
  items: readonly AlertView[];
  asOf: Date;
  mayManage: boolean;
}

const TONES = { info: "info", warning: "due", critical: "danger" } as const;

/** What somebody should look at, newest first; and where it is sent besides. */
export function AlertsScreen(props: AlertsScreenProps) {
  const { tenantId, asOf, mayManage } = props;
  const t = useTranslations("alerts");
  const { params, change } = useUrlState();
  return (
    <AsOfProvider at={asOf}>
      <PageHeader title={t("title")} asOf={asOf} actions={<RefreshButton />} />
      <Tabs
        label={t("title")}
        chosen={params.get("tab") === "webhooks" ? "webhooks" : "alerts"}
        onChoose={(tab) => change({ tab: tab === "alerts" ? null : tab })}
        tabs={[
          { name: "alerts", label: t("tabs.alerts"), content: <List {...props} /> },
          {
            name: "webhooks",
            label: t("tabs.webhooks"),
            content: <WebhooksPart tenantId={tenantId} mayManage={mayManage} />,
          },
        ]}
      />
    </AsOfProvider>
  );
}

function List({ tenantId, show, items, mayManage }: AlertsScreenProps) {
  const t = useTranslations("alerts");
  const { visit } = useUrlVisit();
  return (
    <section aria-label={t("title")} className="rounded-lg border border-line bg-raised">
      <div className="flex min-h-12 items-center border-line border-b px-3 py-2">
        <Select
          aria-label={t("show.label")}
          value={show}
          onChange={(event) => visit({ show: event.target.value })}
        >
          {ALERT_SHOWS.map((name) => (
            <option key={name} value={name}>
              {t(`show.${name}`)}
            </option>
          ))}
        </Select>
      </div>
      {items.length === 0 ? (
        <EmptyState title={t(show === "open" ? "noneOpen" : "none")}>{t("noneBody")}</EmptyState>
      ) : (
        <ul>
          {items.map((alert) => (
            <li
              key={alert.alertId}
              className="flex flex-wrap items-start gap-x-4 gap-y-2 border-line border-b px-4 py-3 last:border-b-0"
            >
              <div className="min-w-0 flex-1 basis-80">
                <Status tone={TONES[alert.severity]} look="plain">
                  {t(`severity.${alert.severity}`)}
                </Status>
                <p className="break-words">
                  <AlertWords kind={alert.kind} detail={alert.detail} />
                </p>
                <p className="flex flex-wrap items-baseline gap-x-2 text-muted text-sm">
                  <ClockTime at={alert.createdAt} />
                  <bdi dir="ltr">{alert.subjectRef}</bdi>
                </p>
              </div>
              {alert.acknowledgedAt ? (
                <p className="flex items-baseline gap-1 text-muted text-sm">
                  {t("acknowledgedAt")} <ClockTime at={alert.acknowledgedAt} />
                </p>
              ) : (
                <AcknowledgeButton
                  tenantId={tenantId}
                  alertId={alert.alertId}
                  mayManage={mayManage}
                />
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
