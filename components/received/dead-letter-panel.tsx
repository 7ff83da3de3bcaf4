"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { problemOf } from "#components/problem/problem.ts";
import { ProblemState } from "#components/problem/problem-state.tsx";
import { consoleClient } from "#components/trpc/console-client.ts";
import { LiveQueries } from "#components/trpc/live-queries.tsx";
import { DetailPanel } from "#components/ui/detail-panel.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { DeadLetterActs } from "./dead-letter-acts.tsx";
import { DeadLetterFacts } from "./dead-letter-facts.tsx";

interface DeadLetterPanelProps {
  tenantId: string;
  deadLetterId: string;
  whyNot: string | null;
  onClose: () => void;
}

function PanelBody({ tenantId, deadLetterId, whyNot, onClose }: DeadLetterPanelProps) {
  const t = useTranslations("received.letters");
  const letter = useQuery({
    queryKey: [tenantId, "ingest.deadLetter", deadLetterId],
    queryFn: () => consoleClient(tenantId).ingest.deadLetter.query({ deadLetterId }),
  });
  const { data } = letter;
  return (
    <DetailPanel
      size="wide"
      kind={t("kind")}
      title={data ? t(`reason.${data.reason}`) : t("loading")}
      onClose={onClose}
    >
      {data ? (
        <>
          <DeadLetterFacts tenantId={tenantId} letter={data} />
          {data.state === "waiting" ? (
            <DeadLetterActs
              tenantId={tenantId}
              letter={data}
              whyNot={whyNot}
              onDone={() => letter.refetch()}
            />
          ) : null}
        </>
      ) : letter.error ? (
        <ProblemState
          problem={problemOf(letter.error)}
          scope="runtime.audit.read"
          onRetry={() => letter.refetch()}
        />
      ) : (
        <>
          <Skeleton className="h-32" />
          <Skeleton className="h-48" />
        </>
      )}
    </DetailPanel>
  );
}

/** One thing that was refused: why, what it was, and what may be done about it. */
export function DeadLetterPanel(props: DeadLetterPanelProps) {
  return (
    <LiveQueries>
      <PanelBody {...props} />
    </LiveQueries>
  );
}
