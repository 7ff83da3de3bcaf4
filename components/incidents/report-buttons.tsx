"use client";
import { useTranslations } from "next-intl";
import { useEventVerb } from "#components/audit/event-verb.ts";
import { useConsumerReason } from "#components/rotations/consumer-reason.ts";
import { Button } from "#components/ui/button.tsx";
import type { IncidentView } from "#server/features/rotation/leaks/views.ts";
import { incidentReport } from "./incident-report.ts";
import { useSourceReason } from "./source-reason.ts";

/** The page as a file: Markdown in the reader's language, JSON for machines, or on paper. */
export function ReportButtons({ tenantId, view }: { tenantId: string; view: IncidentView }) {
  const t = useTranslations("incidents");
  const rotations = useTranslations("rotations");
  const consumers = useTranslations("consumers");
  const eventVerb = useEventVerb();
  const sourceReason = useSourceReason();
  const consumerReason = useConsumerReason();
  const name = `incident-${tenantId}-${view.incidentId}`;
  const markdown = () => {
    const words = { t, rotations, consumers, eventVerb, sourceReason, consumerReason };
    return incidentReport(view, words);
  };
  const json = () => `${JSON.stringify({ tenant: tenantId, ...view }, null, 2)}\n`;
  return (
    <fieldset className="flex gap-1">
      <legend className="sr-only">{t("actions.export")}</legend>
      <Button size="sm" onClick={() => save(`${name}.md`, "text/markdown", markdown())}>
        {t("actions.markdown")}
      </Button>
      <Button size="sm" onClick={() => save(`${name}.json`, "application/json", json())}>
        {t("actions.json")}
      </Button>
      <Button size="sm" onClick={() => window.print()}>
        {t("actions.print")}
      </Button>
    </fieldset>
  );
}

function save(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
