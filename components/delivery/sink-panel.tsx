"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { LiveQueries } from "#components/trpc/live-queries.tsx";
import { Button } from "#components/ui/button.tsx";
import { DetailPanel } from "#components/ui/detail-panel.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Section } from "#components/ui/section.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import type { SinkView } from "#server/features/delivery/schema.ts";
import type { DeliveryAct } from "./delivery-act.ts";
import { MinutesChart } from "./minutes-chart.tsx";
import { SinkBackfills } from "./sink-backfills.tsx";
import { SinkFacts } from "./sink-facts.tsx";
import { SinkState } from "./sink-state.tsx";
import { SinkTrouble } from "./sink-trouble.tsx";

interface SinkPanelProps {
  tenantId: string;
  sink: SinkView;
  mayManage: boolean;
  onAct: (act: DeliveryAct) => void;
  onClose: () => void;
}

/** One sink: how it stands, what stands in its way, its last hour, and what was sent again. */
export function SinkPanel(props: SinkPanelProps) {
  return (
    <LiveQueries>
      <Panel {...props} />
    </LiveQueries>
  );
}

function Panel({ tenantId, sink, mayManage, onAct, onClose }: SinkPanelProps) {
  const t = useTranslations("delivery");
  const problemText = useProblemText();
  const detail = useQuery({
    queryKey: [tenantId, "delivery.sink", sink.sinkId],
    queryFn: () => consoleClient(tenantId).delivery.sink.query({ sinkId: sink.sinkId }),
    enabled: mayManage,
    refetchInterval: 3_000,
  });
  const now = detail.data ?? sink;
  const whyNot = mayManage ? null : t("mayNot");
  return (
    <DetailPanel
      kind={t("panel.kind")}
      title={<bdi className="font-sans">{now.name}</bdi>}
      onClose={onClose}
      actions={
        <>
          <Button
            disabledReason={whyNot ?? (detail.data ? null : t("panel.loading"))}
            onClick={() => detail.data && onAct({ kind: "edit", sink: detail.data })}
          >
            {t("panel.edit")}
          </Button>
          <Button disabledReason={whyNot} onClick={() => onAct({ kind: "backfill", sink: now })}>
            {t("panel.backfill")}
          </Button>
          <Button
            disabledReason={whyNot}
            onClick={() => onAct({ kind: now.state === "paused" ? "resume" : "pause", sink: now })}
          >
            {t(now.state === "paused" ? "panel.resume" : "panel.pause")}
          </Button>
          <Button
            look="danger"
            disabledReason={whyNot}
            onClick={() => onAct({ kind: "remove", sink: now })}
          >
            {t("panel.remove")}
          </Button>
          <Link
            href={`/t/${tenantId}/audit?q=${encodeURIComponent(`subject:sink/${sink.sinkId}`)}`}
            className="inline-flex min-h-9 items-center text-accent text-sm underline"
          >
            {t("panel.events")}
          </Link>
        </>
      }
    >
      <div>
        <SinkState sink={now} look="badge" />
      </div>
      <SinkTrouble cursor={now.live} />
      <SinkFacts sink={now} />
      {detail.error ? (
        <ErrorState
          message={problemText(problemOf(detail.error))}
          traceId={problemOf(detail.error).traceId}
          onRetry={() => detail.refetch()}
        />
      ) : null}
      {mayManage && detail.isPending ? <Skeleton className="h-24" /> : null}
      {detail.data ? (
        <>
          <Section title={t("panel.minutes")}>
            <MinutesChart minutes={detail.data.minutes} asOf={detail.data.asOf} />
          </Section>
          <SinkBackfills
            tenantId={tenantId}
            cursors={detail.data.cursors}
            onChanged={() => detail.refetch()}
          />
        </>
      ) : null}
    </DetailPanel>
  );
}
