"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { Status } from "#components/ui/status.tsx";
import type { WebhookEndpointView } from "#server/features/alerts/schema.ts";
import { EVERY_SECRET_EVENT } from "./event-words.ts";
import { LastDelivery } from "./last-delivery.tsx";

interface EndpointRowProps {
  tenantId: string;
  endpoint: WebhookEndpointView;
  onAct: (kind: "edit" | "retire") => void;
  onChanged: () => void;
}

/** One endpoint: where, what it gets, how its last delivery went, and what may be done with it. */
export function EndpointRow({ tenantId, endpoint, onAct, onChanged }: EndpointRowProps) {
  const t = useTranslations("alerts.webhooks");
  const problemText = useProblemText();
  const { endpointId, enabled, url } = endpoint;
  const client = consoleClient(tenantId).alerts;
  const failed = (error: unknown) =>
    showToast({ tone: "danger", title: t("failedAct"), detail: problemText(problemOf(error)) });
  const test = useMutation({
    mutationFn: () => client.testWebhookEndpoint.mutate({ endpointId }),
    onSuccess: () => {
      showToast({ tone: "ok", title: t("tested") });
      onChanged();
    },
    onError: failed,
  });
  const toggle = useMutation({
    mutationFn: () => client.setWebhookEndpointEnabled.mutate({ endpointId, enabled: !enabled }),
    onSuccess: onChanged,
    onError: failed,
  });
  const isEvery = endpoint.eventTypes.includes(EVERY_SECRET_EVENT);
  return (
    <li className="flex flex-wrap items-start gap-x-6 gap-y-2 border-line border-b px-4 py-3 text-sm last:border-b-0">
      <div className="min-w-0 flex-1 basis-72">
        <bdi dir="ltr" className="break-all font-mono">
          {url}
        </bdi>
        {endpoint.description ? <p>{endpoint.description}</p> : null}
        <p className="text-muted">
          {isEvery ? t("getsEvery") : t("gets", { count: endpoint.eventTypes.length })}
        </p>
        {isEvery ? null : (
          <ul className="text-muted text-xs">
            {endpoint.eventTypes.map((type) => (
              <li key={type}>
                <bdi dir="ltr" className="break-all">
                  {type}
                </bdi>
              </li>
            ))}
          </ul>
        )}
      </div>
      <div className="min-w-0 flex-1 basis-56">
        {enabled ? null : <Status tone="unknown">{t("off")}</Status>}
        <LastDelivery endpoint={endpoint} />
      </div>
      <div className="flex flex-wrap gap-2">
        <Button
          size="sm"
          isBusy={test.isPending}
          disabledReason={enabled ? null : t("testOff")}
          aria-label={t("testOne", { url })}
          onClick={() => test.mutate()}
        >
          {t("test")}
        </Button>
        <Button size="sm" aria-label={t("editOne", { url })} onClick={() => onAct("edit")}>
          {t("edit")}
        </Button>
        <Button
          size="sm"
          isBusy={toggle.isPending}
          aria-label={t(enabled ? "switchOffOne" : "switchOnOne", { url })}
          onClick={() => toggle.mutate()}
        >
          {t(enabled ? "switchOff" : "switchOn")}
        </Button>
        <Button size="sm" aria-label={t("retireOne", { url })} onClick={() => onAct("retire")}>
          {t("retire")}
        </Button>
      </div>
    </li>
  );
}
