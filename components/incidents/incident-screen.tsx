"use client";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { usePageRefresh } from "#components/live/use-page-refresh.ts";
import { ConsumerList, OldUseList } from "#components/rotations/consumer-list.tsx";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { Button } from "#components/ui/button.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import { Status } from "#components/ui/status.tsx";
import type { IncidentView } from "#server/features/rotation/leaks/views.ts";
import { IncidentEvents } from "./incident-events.tsx";
import { IncidentFacts } from "./incident-facts.tsx";
import { IncidentProof } from "./incident-proof.tsx";
import { IncidentReaders } from "./incident-readers.tsx";
import { INCIDENT_TONES } from "./incident-states.ts";
import { ReportButtons } from "./report-buttons.tsx";
import { SourceFindings } from "./source-findings.tsx";

const CloseDialog = dynamic(async () => (await import("./close-dialog.tsx")).CloseDialog, {
  ssr: false,
});

interface IncidentScreenProps {
  tenantId: string;
  view: IncidentView;
  /** Whether the viewer has `runtime.incidents.manage`. */
  mayManage: boolean;
}

const CARD = "flex flex-col gap-3 px-4 py-3";
const REFRESH_MILLIS = 2_000;

/** One leak on one page, as the report needs it: what, how far, who could, who did, and the proof. */
export function IncidentScreen({ tenantId, view, mayManage }: IncidentScreenProps) {
  const t = useTranslations("incidents");
  const router = useRouter();
  const [isClosing, setClosing] = useState(false);
  const isMoving = view.consumers.some(({ state }) => state !== "moved");
  usePageRefresh(view.state === "open" || (view.state === "contained" && isMoving), REFRESH_MILLIS);
  const sources = (names: readonly string[]) =>
    view.sources.filter(({ source }) => names.includes(source));
  const title = t("one", { name: view.credential.name });
  return (
    <AsOfProvider at={view.asOf}>
      <Link
        href={`/t/${tenantId}/incidents`}
        className="text-accent text-sm underline print:hidden"
      >
        {t("back")}
      </Link>
      <PageHeader
        title={title}
        asOf={view.asOf}
        actions={
          <div className="flex flex-wrap items-center gap-2 print:hidden">
            <ReportButtons tenantId={tenantId} view={view} />
            {view.state === "closed" ? null : (
              <Button
                size="sm"
                look="primary"
                disabledReason={mayManage ? null : t("actions.closeBlocked")}
                onClick={() => setClosing(true)}
              >
                {t("actions.close")}
              </Button>
            )}
            <RefreshButton />
          </div>
        }
      />
      <div>
        <Status tone={INCIDENT_TONES[view.state]} look="badge">
          {t(`state.${view.state}`)}
        </Status>
      </div>
      <div className="grid min-w-0 gap-4 xl:grid-cols-2">
        <Section look="card" title={t("facts.title")}>
          <IncidentFacts tenantId={tenantId} view={view} className={CARD} />
        </Section>
        <Section look="card" title={t("proof.title")}>
          <IncidentProof tenantId={tenantId} view={view} className={CARD} />
        </Section>
        <Section look="card" title={t("readers.title")}>
          <div className={CARD}>
            <IncidentReaders roles={view.consoleRoles} />
            <SourceFindings
              sources={sources(["vault-policies", "vault-roles", "vault-entities"])}
            />
          </div>
        </Section>
        <Section look="card" title={t("uses.title")}>
          <div className={CARD}>
            <SourceFindings sources={sources(["sessions", "leases", "vault-audit"])} />
            {view.oldUses.length > 0 ? <OldUseList uses={view.oldUses} /> : null}
            <h3 className="font-medium text-sm">{t("uses.console")}</h3>
            <IncidentEvents
              label={t("uses.console")}
              events={view.consoleUses}
              none={t("uses.none")}
            />
          </div>
        </Section>
        <Section look="card" title={t("consumers.title")}>
          <div className={CARD}>
            <ConsumerList consumers={view.consumers} />
          </div>
        </Section>
        <Section look="card" title={t("timeline.title")}>
          <div className={CARD}>
            <IncidentEvents
              label={t("timeline.title")}
              events={view.timeline}
              none={t("timeline.none")}
            />
          </div>
        </Section>
      </div>
      {isClosing ? (
        <CloseDialog
          tenantId={tenantId}
          view={view}
          onClose={() => setClosing(false)}
          onDone={() => {
            setClosing(false);
            router.refresh();
          }}
        />
      ) : null}
    </AsOfProvider>
  );
}
