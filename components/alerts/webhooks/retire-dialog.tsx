"use client";
import { useTranslations } from "next-intl";
import { ReasonDialog } from "#components/rotations/reason-dialog.tsx";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import type { WebhookEndpointView } from "#server/features/alerts/schema.ts";

interface RetireDialogProps {
  tenantId: string;
  endpoint: WebhookEndpointView;
  onClose: () => void;
  onDone: () => void;
}

/** Says what ending an endpoint stops, counts it, and asks why. */
export function RetireDialog({ tenantId, endpoint, onClose, onDone }: RetireDialogProps) {
  const t = useTranslations("alerts.webhooks");
  const { endpointId, url, waiting } = endpoint;
  return (
    <ReasonDialog
      title={t("retireTitle")}
      does={
        <div className="flex flex-col gap-1 text-sm">
          <bdi dir="ltr" className="break-all font-mono">
            {url}
          </bdi>
          <p>{t("retireDoes", { count: waiting })}</p>
        </div>
      }
      confirm={t("retire")}
      act={(reason) =>
        consoleClient(tenantId).alerts.retireWebhookEndpoint.mutate({ endpointId, reason })
      }
      onClose={onClose}
      onDone={() => {
        showToast({ tone: "ok", title: t("retired") });
        onDone();
      }}
    />
  );
}
