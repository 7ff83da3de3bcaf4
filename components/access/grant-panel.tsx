"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { problemOf } from "#components/problem/problem.ts";
import { ProblemState } from "#components/problem/problem-state.tsx";
import { consoleClient } from "#components/trpc/console-client.ts";
import { LiveQueries } from "#components/trpc/live-queries.tsx";
import { Button } from "#components/ui/button.tsx";
import { DetailPanel } from "#components/ui/detail-panel.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import type { GrantView } from "#server/features/elevation/elevation-views.ts";
import { ExtendDialog } from "./extend-dialog.tsx";
import { GrantFacts } from "./grant-facts.tsx";
import { HistoryTimeline } from "./history-timeline.tsx";

const REFRESH_MILLIS = 3_000;

interface GrantPanelProps {
  tenantId: string;
  grantId: string;
  mayRevoke: boolean;
  onEnd: (grant: GrantView) => void;
  onClose: () => void;
}

function GrantPanelBody({ tenantId, grantId, mayRevoke, onEnd, onClose }: GrantPanelProps) {
  const t = useTranslations("access");
  const [isExtending, setExtending] = useState(false);
  const query = useQuery({
    queryKey: [tenantId, "elevation.grant", grantId],
    queryFn: () => consoleClient(tenantId).elevation.grant.query({ grantId }),
    refetchInterval: REFRESH_MILLIS,
  });
  const grant = query.data;
  if (!grant) {
    return (
      <DetailPanel kind={t("grant.kind")} title={t("request.loading")} onClose={onClose}>
        {query.error ? (
          <ProblemState
            problem={problemOf(query.error)}
            scope="runtime.elevation.read"
            onRetry={() => query.refetch()}
          />
        ) : (
          <Skeleton className="h-64" />
        )}
      </DetailPanel>
    );
  }
  const environment = t(`environment.${grant.environment}`);
  const isOpen = grant.standing === "live" || grant.standing === "scheduled";
  return (
    <DetailPanel
      kind={t(`grant.kinds.${grant.kind}`)}
      title={t("grant.title", {
        person: grant.isYours ? t("grant.you") : grant.person,
        environment,
      })}
      onClose={onClose}
      actions={
        isOpen ? (
          <>
            {grant.isYours && grant.kind === "jit" ? (
              <Button onClick={() => setExtending(true)}>{t("grant.extend")}</Button>
            ) : null}
            <Button
              look={grant.isYours ? "plain" : "danger"}
              disabledReason={grant.isYours || mayRevoke ? null : t("grant.mayNotRevoke")}
              onClick={() => onEnd(grant)}
            >
              {t(grant.isYours ? "grant.giveBack" : "grant.revoke")}
            </Button>
          </>
        ) : null
      }
    >
      <GrantFacts grant={grant} />
      <HistoryTimeline entries={grant.timeline} />
      {isExtending ? (
        <ExtendDialog tenantId={tenantId} grant={grant} onClose={() => setExtending(false)} />
      ) : null}
    </DetailPanel>
  );
}

/** One grant: what it gives, where else it holds, and what happened to it. */
export function GrantPanel(props: GrantPanelProps) {
  return (
    <LiveQueries>
      <GrantPanelBody {...props} />
    </LiveQueries>
  );
}
