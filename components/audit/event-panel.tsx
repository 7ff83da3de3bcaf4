"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { problemOf } from "#components/problem/problem.ts";
import { ProblemState } from "#components/problem/problem-state.tsx";
import { consoleClient } from "#components/trpc/console-client.ts";
import { LiveQueries } from "#components/trpc/live-queries.tsx";
import { DetailPanel } from "#components/ui/detail-panel.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { EventFacts } from "./event-facts.tsx";
import { useEventVerb } from "./event-verb.ts";

interface EventPanelProps {
  tenantId: string;
  eventId: string;
  onClose: () => void;
}

const POLL_MILLIS = 2_000;

function EventPanelBody({ tenantId, eventId, onClose }: EventPanelProps) {
  const t = useTranslations("audit.detail");
  const verb = useEventVerb();
  const event = useQuery({
    queryKey: [tenantId, "audit.byId", eventId],
    queryFn: () => consoleClient(tenantId).audit.byId.query({ eventId }),
    refetchInterval: ({ state }) => (state.data?.state === "recorded" ? POLL_MILLIS : false),
  });
  return (
    <DetailPanel
      kind={t("kind")}
      title={event.data ? verb(event.data.type) : t("loading")}
      onClose={onClose}
    >
      {event.data ? (
        <EventFacts tenantId={tenantId} event={event.data} />
      ) : event.error ? (
        <ProblemState
          problem={problemOf(event.error)}
          scope="runtime.audit.read"
          onRetry={() => event.refetch()}
        />
      ) : (
        <>
          <Skeleton className="h-32" />
          <Skeleton className="h-24" />
          <Skeleton className="h-48" />
        </>
      )}
    </DetailPanel>
  );
}

/** One event: what it says, whether it may be trusted, and the bytes that were sealed. */
export function EventPanel(props: EventPanelProps) {
  return (
    <LiveQueries>
      <EventPanelBody {...props} />
    </LiveQueries>
  );
}
