"use client";
import { useLocale, useTranslations } from "next-intl";
import { ClockTime } from "#components/time/clock-time.tsx";
import { durationText } from "#components/time/duration-text.ts";
import { Time } from "#components/time/time.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { Section } from "#components/ui/section.tsx";
import { Status } from "#components/ui/status.tsx";
import type { RegionCluster, RegionView } from "#server/features/regions/views.ts";
import { RegionNodes } from "./region-nodes.tsx";
import { StoreStateMark } from "./store-state-mark.tsx";

const LAG_TONES = {
  none: "ok",
  "within-limit": "ok",
  "beyond-limit": "danger",
  unknown: "unknown",
} as const;

/** One region: what its cluster is, how old what it holds may be, and what was read there. */
export function RegionCard({ region }: { region: RegionView }) {
  const t = useTranslations("regions");
  const { cluster, reads } = region;
  const readFacts = [
    {
      name: t("lastVerified"),
      value: reads.verifiedAt ? <Time at={reads.verifiedAt} /> : t("neverVerified"),
    },
    {
      name: t("reads"),
      value: t("readCounts", {
        verified: reads.verified,
        behind: reads.behind,
        unknown: reads.unknown,
      }),
    },
  ];
  return (
    <Section
      look="card"
      title={region.displayName}
      aside={
        <Status tone={region.role === "primary" ? "info" : "unknown"} look="plain">
          {t(`role.${region.role}`)}
        </Status>
      }
    >
      <div className="flex flex-col gap-3 px-4 py-3">
        {cluster ? (
          <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
            <StoreStateMark state={cluster.state} />
            <span className="text-muted">{t("since")}</span> <Time at={cluster.stateSince} />
          </p>
        ) : null}
        {cluster?.detail ? (
          <p className="break-words text-danger text-sm">
            <bdi dir="ltr">{cluster.detail}</bdi>
          </p>
        ) : null}
        <KeyValueList facts={readFacts} />
        {cluster ? <ClusterFacts region={region} cluster={cluster} /> : null}
      </div>
      {cluster ? (
        <RegionNodes
          label={t("nodesOf", { region: region.displayName })}
          nodes={cluster.facts.nodes}
        />
      ) : null}
    </Section>
  );
}

function ClusterFacts({ region, cluster }: { region: RegionView; cluster: RegionCluster }) {
  const t = useTranslations("regions");
  const locale = useLocale();
  const { facts } = cluster;
  const differs = cluster.configuredRole !== region.role;
  const list = [
    {
      name: t("lag"),
      value: (
        <>
          <Status tone={LAG_TONES[cluster.lag]} look="plain">
            {t(`lags.${cluster.lag}`)}
          </Status>
          <span className="block text-muted">
            {t(`lagReasons.${cluster.lagReason}`, {
              limit: durationText(cluster.maxLagSeconds, locale),
            })}
          </span>
          {cluster.markerWrittenAt ? (
            <span className="block text-muted">
              {t("marker")} <Time at={cluster.markerWrittenAt} />
            </span>
          ) : null}
        </>
      ),
    },
    {
      name: t("autopilot"),
      value: facts.autopilot
        ? [
            t(facts.autopilot.isHealthy ? "healthy" : "unhealthy"),
            t("tolerance", { count: facts.autopilot.failureTolerance }),
          ].join(" · ")
        : t(facts.isRaft === false ? "notRaft" : "unknown"),
    },
    {
      name: t("indexes"),
      value:
        facts.committedIndex === null && facts.appliedIndex === null
          ? t(facts.isRaft === false ? "notRaft" : "unknown")
          : t("indexPair", {
              committed: String(facts.committedIndex ?? t("unknown")),
              applied: String(facts.appliedIndex ?? t("unknown")),
            }),
    },
    {
      name: t("version"),
      value: facts.version ? <bdi dir="ltr">{facts.version}</bdi> : t("unknown"),
    },
    { name: t("replication"), value: t(`replications.${cluster.replication}`) },
    { name: t("roleSince"), value: <ClockTime at={region.roleSince} /> },
    {
      name: t("observed"),
      value: cluster.observedAt ? <Time at={cluster.observedAt} /> : t("neverObserved"),
    },
  ];
  return (
    <>
      <KeyValueList facts={list} />
      {differs ? (
        <p className="rounded-md bg-due-tint px-3 py-2 text-due text-sm">
          {t("roleDiffers", { role: t(`role.${cluster.configuredRole}`) })}
        </p>
      ) : null}
    </>
  );
}
