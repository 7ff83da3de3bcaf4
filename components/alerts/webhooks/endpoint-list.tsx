"use client";
import { useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Section } from "#components/ui/section.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import type { WebhookEndpointView } from "#server/features/alerts/schema.ts";
import { EndpointRow } from "./endpoint-row.tsx";
import { SigningKey } from "./signing-key.tsx";

const EndpointDialog = dynamic(async () => (await import("./endpoint-dialog.tsx")).EndpointDialog, {
  ssr: false,
});
const RetireDialog = dynamic(async () => (await import("./retire-dialog.tsx")).RetireDialog, {
  ssr: false,
});

export type EndpointAct =
  | { kind: "add" }
  | { kind: "edit" | "retire"; endpoint: WebhookEndpointView };

const POLL_MILLIS = 5_000;

/** The endpoints with how their last delivery went, asked again while one is on its way. */
export function EndpointList({ tenantId }: { tenantId: string }) {
  const t = useTranslations("alerts.webhooks");
  const problemText = useProblemText();
  const [act, setAct] = useState<EndpointAct | null>(null);
  const client = consoleClient(tenantId).alerts;
  const query = useQuery({
    queryKey: [tenantId, "alerts.endpoints"],
    queryFn: () => client.endpoints.query(),
    refetchInterval: ({ state }) =>
      state.data?.some(({ waiting }) => waiting > 0) ? POLL_MILLIS : false,
  });
  const close = () => setAct(null);
  const done = () => {
    close();
    query.refetch();
  };
  return (
    <div className="flex flex-col gap-4">
      <Section
        look="card"
        title={t("title")}
        aside={
          <Button size="sm" onClick={() => setAct({ kind: "add" })}>
            {t("add")}
          </Button>
        }
      >
        {query.error ? (
          <ErrorState
            message={problemText(problemOf(query.error))}
            traceId={problemOf(query.error).traceId}
            onRetry={() => query.refetch()}
          />
        ) : null}
        {query.isPending ? <Skeleton className="m-4 h-24" /> : null}
        {query.data?.length === 0 ? (
          <EmptyState title={t("none")}>{t("noneBody")}</EmptyState>
        ) : (
          <ul>
            {query.data?.map((endpoint) => (
              <EndpointRow
                key={endpoint.endpointId}
                tenantId={tenantId}
                endpoint={endpoint}
                onAct={(kind) => setAct({ kind, endpoint })}
                onChanged={() => query.refetch()}
              />
            ))}
          </ul>
        )}
      </Section>
      <SigningKey tenantId={tenantId} />
      {act?.kind === "retire" ? (
        <RetireDialog tenantId={tenantId} endpoint={act.endpoint} onClose={close} onDone={done} />
      ) : null}
      {act && act.kind !== "retire" ? (
        <EndpointDialog
          tenantId={tenantId}
          endpoint={act.kind === "edit" ? act.endpoint : null}
          onClose={close}
          onDone={done}
        />
      ) : null}
    </div>
  );
}
