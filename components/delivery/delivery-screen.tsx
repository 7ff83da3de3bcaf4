"use client";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { usePageRefresh } from "#components/live/use-page-refresh.ts";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { Button } from "#components/ui/button.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { SummaryStrip } from "#components/ui/summary-strip.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { useUrlState } from "#components/url/use-url-state.ts";
import type { SinkList } from "#server/features/delivery/schema.ts";
import type { DeliveryAct } from "./delivery-act.ts";
import { SinksTable } from "./sinks-table.tsx";
import { summaryFigures } from "./summary-figures.ts";

const SinkPanel = dynamic(async () => (await import("./sink-panel.tsx")).SinkPanel, { ssr: false });
const DeadLetters = dynamic(async () => (await import("./dead-letters.tsx")).DeadLetters, {
  ssr: false,
});
const DeliveryDialogs = dynamic(
  async () => (await import("./delivery-dialogs.tsx")).DeliveryDialogs,
  { ssr: false },
);

interface DeliveryScreenProps {
  tenantId: string;
  page: SinkList;
  /** Whether the viewer has `runtime.delivery.manage` in this tenant. */
  mayManage: boolean;
}

const EVERY_MILLIS = 5_000;

/** Where the audit log is sent: how far each sink has come, what stands in its way, what was set aside. */
export function DeliveryScreen({ tenantId, page, mayManage }: DeliveryScreenProps) {
  const t = useTranslations("delivery");
  const router = useRouter();
  const { params, change } = useUrlState();
  const [act, setAct] = useState<DeliveryAct | null>(null);
  const { items, asOf } = page;
  usePageRefresh(items.length > 0, EVERY_MILLIS);
  const tab = params.get("tab") === "letters" ? "letters" : "sinks";
  const selected = items.find(({ sinkId }) => sinkId === params.get("sink"));
  const letters = items.reduce((sum, { deadLetters }) => sum + deadLetters, 0);
  return (
    <AsOfProvider at={asOf}>
      <PageHeader
        title={t("title")}
        asOf={asOf}
        actions={
          <>
            <Button
              disabledReason={mayManage ? null : t("mayNot")}
              onClick={() => setAct({ kind: "add" })}
            >
              {t("add")}
            </Button>
            <RefreshButton />
          </>
        }
      />
      <p className="max-w-prose text-muted text-sm">{t("lead")}</p>
      {items.length > 0 ? (
        <SummaryStrip
          label={t("strip.label")}
          isCompact={selected !== undefined}
          figures={summaryFigures(items, `/t/${tenantId}/delivery`, t)}
        />
      ) : null}
      <Tabs
        label={t("title")}
        chosen={tab}
        onChoose={(name) =>
          change({ tab: name === "sinks" ? null : name, sink: null, letter: null })
        }
        tabs={[
          { name: "sinks", label: t("tabs.sinks"), content: <SinksTable sinks={items} /> },
          {
            name: "letters",
            label: letters > 0 ? t("tabs.lettersCount", { count: letters }) : t("tabs.letters"),
            content: (
              <DeadLetters
                tenantId={tenantId}
                sinks={items}
                mayManage={mayManage}
                onChanged={() => router.refresh()}
              />
            ),
          },
        ]}
      />
      {selected && tab === "sinks" ? (
        <SinkPanel
          key={selected.sinkId}
          tenantId={tenantId}
          sink={selected}
          mayManage={mayManage}
          onAct={setAct}
          onClose={() => change({ sink: null })}
        />
      ) : null}
      {act ? (
        <DeliveryDialogs
          tenantId={tenantId}
          act={act}
          onClose={() => setAct(null)}
          onDone={() => {
            setAct(null);
            router.refresh();
          }}
        />
      ) : null}
    </AsOfProvider>
  );
}
