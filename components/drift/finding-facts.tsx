"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Time } from "#components/time/time.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { Section } from "#components/ui/section.tsx";
import type { FindingDetail } from "#server/features/drift/views.ts";
import { CauseText } from "./cause-text.tsx";

interface FindingFactsProps {
  tenantId: string;
  finding: FindingDetail;
}

/** Where it is, who did it, since when, and what people said of it. */
export function FindingFacts({ tenantId, finding }: FindingFactsProps) {
  const t = useTranslations("drift");
  const { object, environment, resolvedAt, acknowledgedAt, suppressedUntil } = finding;
  const known = (value: string) => <bdi dir="ltr">{value}</bdi>;
  return (
    <Section title={t("finding.facts")}>
      <KeyValueList
        facts={[
          {
            name: t("cause.label"),
            value: <CauseText tenantId={tenantId} cause={finding.cause} />,
          },
          { name: t("finding.object"), value: known(`${object.apiVersion} ${object.kind}`) },
          { name: t("finding.cluster"), value: known(finding.cluster) },
          {
            name: t("finding.environment"),
            value: environment ? known(environment) : t("finding.noEnvironment"),
          },
          { name: t("finding.firstSeen"), value: <Time at={finding.firstSeenAt} /> },
          { name: t("finding.lastSeen"), value: <Time at={finding.lastSeenAt} /> },
          ...(resolvedAt ? [{ name: t("finding.resolved"), value: <Time at={resolvedAt} /> }] : []),
          {
            name: t("finding.reopened"),
            value: t("finding.times", { count: finding.reopenedCount }),
          },
          ...(acknowledgedAt && finding.state === "acknowledged"
            ? [
                {
                  name: t("state.acknowledged"),
                  value: (
                    <>
                      {t("finding.acknowledgedBy", { name: finding.acknowledgedByName ?? "–" })}{" "}
                      <Time at={acknowledgedAt} className="text-muted" />
                    </>
                  ),
                },
              ]
            : []),
          ...(suppressedUntil
            ? [
                {
                  name: t("state.suppressed"),
                  value: (
                    <>
                      {t.rich("finding.suppressedUntil", {
                        name: finding.suppressedByName ?? "–",
                        time: () => <Time key="until" at={suppressedUntil} />,
                      })}{" "}
                      <span className="text-muted">
                        {t("finding.suppressedWhy", { reason: finding.suppressReason ?? "–" })}
                      </span>
                    </>
                  ),
                },
              ]
            : []),
        ]}
      />
      {finding.rule === "isolation-violated" ? (
        <Link
          className="text-accent text-sm underline"
          href={`/t/${tenantId}/isolation?environment=${environment ?? "prod"}&cell=${finding.params.layer ?? ""}`}
        >
          {t("finding.isolation")}
        </Link>
      ) : null}
    </Section>
  );
}
