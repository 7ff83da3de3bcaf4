"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { JsonText } from "#components/audit/json-text.tsx";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { Time } from "#components/time/time.tsx";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { DetailPanel } from "#components/ui/detail-panel.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { Section } from "#components/ui/section.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import type { Settling } from "./settle-dialog.tsx";
import { useTroubleWords } from "./trouble-words.ts";

interface LetterPanelProps {
  tenantId: string;
  letterId: string;
  onSettle: (settling: Settling) => void;
  onClose: () => void;
}

/** A dead letter: why it was refused, its envelope untouched, and what would be sent of it now. */
export function LetterPanel({ tenantId, letterId, onSettle, onClose }: LetterPanelProps) {
  const t = useTranslations("delivery.letters");
  const problemText = useProblemText();
  const words = useTroubleWords();
  const { data, error, refetch } = useQuery({
    queryKey: [tenantId, "delivery.deadLetter", letterId],
    queryFn: () => consoleClient(tenantId).delivery.deadLetter.query({ letterId }),
  });
  const settle = (act: Settling["act"]) =>
    data &&
    onSettle({ act, sink: { sinkId: data.sinkId, name: data.sinkName }, letterIds: [letterId] });
  return (
    <DetailPanel
      kind={t("kind")}
      title={<bdi dir="ltr">{data?.type ?? t("kind")}</bdi>}
      size="wide"
      onClose={onClose}
      actions={
        data?.state === "waiting" ? (
          <>
            <Button look="primary" onClick={() => settle("redrive")}>
              {t("redrive")}
            </Button>
            <Button look="danger" onClick={() => settle("discard")}>
              {t("discard")}
            </Button>
          </>
        ) : null
      }
    >
      {error ? (
        <ErrorState
          message={problemText(problemOf(error))}
          traceId={problemOf(error).traceId}
          onRetry={() => refetch()}
        />
      ) : null}
      {data ? (
        <>
          <KeyValueList
            facts={[
              { name: t("sink"), value: <bdi className="font-sans">{data.sinkName}</bdi> },
              {
                name: t("reason"),
                value: (
                  <bdi className="font-sans">
                    {words({ message: data.reason, remedy: "" }).message}
                  </bdi>
                ),
              },
              { name: t("state.label"), value: t(`state.${data.state}`) },
              { name: t("deadAt"), value: <Time at={data.deadAt} /> },
              {
                name: t("inLog"),
                value: (
                  <Link
                    href={`/t/${tenantId}/audit?event=${data.eventId}`}
                    className="text-accent underline"
                  >
                    {t("leaf", { index: data.leafIndex })}
                  </Link>
                ),
              },
            ]}
          />
          <Section title={t("envelope")}>
            <JsonText
              label={t("asJson", { part: t("envelope") })}
              value={JSON.parse(data.envelope)}
            />
          </Section>
          <Section title={t("message")}>
            {data.message ? (
              <JsonText
                label={t("asJson", { part: t("message") })}
                value={JSON.parse(data.message)}
              />
            ) : (
              <p className="text-muted text-sm">{t("noMessage")}</p>
            )}
          </Section>
        </>
      ) : error ? null : (
        <Skeleton className="h-64" />
      )}
    </DetailPanel>
  );
}
