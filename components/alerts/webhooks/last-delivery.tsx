"use client";
import { useTranslations } from "next-intl";
import { ClockTime } from "#components/time/clock-time.tsx";
import { Status } from "#components/ui/status.tsx";
import type { WebhookEndpointView } from "#server/features/alerts/schema.ts";
import { DELIVERY_FAULTS } from "./event-words.ts";

const TONES = { delivered: "ok", pending: "due", dead: "danger" } as const;

/** How the newest delivery went that was tried, what waits, and what was given up. */
export function LastDelivery({ endpoint }: { endpoint: WebhookEndpointView }) {
  const t = useTranslations("alerts.webhooks");
  const { lastDelivery: last, waiting, failed } = endpoint;
  const fault = DELIVERY_FAULTS.find((each) => each === last?.lastError);
  return (
    <>
      {last ? (
        <>
          <Status tone={TONES[last.state]} look="plain">
            {t(`delivery.${last.state}`)}
          </Status>
          <p className="text-muted text-xs">
            <ClockTime at={last.at} />
            {last.responseStatus === null ? null : ` · HTTP ${last.responseStatus}`}
            {fault ? ` · ${t(`fault.${fault}`)}` : null}
          </p>
        </>
      ) : (
        <p className="text-muted">{t("neverTried")}</p>
      )}
      {waiting > 0 ? <p className="text-xs">{t("waiting", { count: waiting })}</p> : null}
      {failed > 0 ? <p className="text-danger text-xs">{t("failed", { count: failed })}</p> : null}
    </>
  );
}
