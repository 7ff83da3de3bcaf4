"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { DiffViewer } from "#components/diff-viewer/diff-viewer.tsx";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Section } from "#components/ui/section.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";

interface RemediationEvidenceProps {
  tenantId: string;
  remediationId: string;
}

/** What approving a remediation changes in the cluster, as its dry-run showed it. */
export function RemediationEvidence({ tenantId, remediationId }: RemediationEvidenceProps) {
  const t = useTranslations("remediation");
  const query = useQuery({
    queryKey: [tenantId, "remediation.byId", remediationId],
    queryFn: () => consoleClient(tenantId).remediation.byId.query({ remediationId }),
  });
  const detail = query.data;
  if (!detail) return query.error ? null : <Skeleton className="h-24" />;
  return (
    <Section title={t("changes")}>
      {detail.changes ? <DiffViewer label={t("changes")} differences={detail.changes} /> : null}
      <p className="text-muted text-xs">{t("changesHint")}</p>
      {detail.overrides.length > 0 ? (
        <p className="text-due text-sm">
          {t("overrides", { managers: `\u2066${detail.overrides.join(", ")}\u2069` })}
        </p>
      ) : null}
    </Section>
  );
}
