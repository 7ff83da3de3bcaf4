"use client";
import { useTranslations } from "next-intl";
import { ClockTime } from "#components/time/clock-time.tsx";
import { Status, type Tone } from "#components/ui/status.tsx";
import type { ConsumerView, OldUseView } from "#server/features/rotation/consumers/schema.ts";
import { useConsumerReason } from "./consumer-reason.ts";

const TONES: Record<ConsumerView["state"], Tone> = {
  moved: "ok",
  "not-yet": "due",
  unknown: "unknown",
};
const USE_TONES: Record<OldUseView["state"], Tone> = {
  "in-use": "due",
  unused: "ok",
  unknown: "unknown",
};

/** Who uses a credential, whether each has moved to the new version, and since when. */
export function ConsumerList({ consumers }: { consumers: readonly ConsumerView[] }) {
  const t = useTranslations("consumers");
  const reasonText = useConsumerReason();
  if (consumers.length === 0) return <p className="text-muted text-sm">{t("none")}</p>;
  return (
    <ul aria-label={t("title")} className="flex flex-col">
      {consumers.map((consumer) => (
        <li
          key={consumer.consumerId}
          className="flex flex-wrap items-baseline justify-between gap-x-3 gap-y-0.5 border-line border-b py-2 text-sm last:border-b-0"
        >
          <div className="min-w-0">
            <bdi dir="ltr" className="break-all font-mono">
              {[consumer.namespace, consumer.name].filter(Boolean).join("/")}
            </bdi>
            <p className="text-muted text-xs">
              {t(`kind.${consumer.kind}`)}
              {consumer.cluster ? (
                <>
                  {" · "}
                  <bdi dir="ltr">{consumer.cluster}</bdi>
                </>
              ) : null}
              {consumer.seenVersion === null
                ? null
                : ` · ${t("version", { version: consumer.seenVersion })}`}
            </p>
          </div>
          <div className="ms-auto text-end">
            <Status tone={TONES[consumer.state]} look="plain">
              {t(`state.${consumer.state}`)}
            </Status>
            <p className="text-muted text-xs">
              {reasonText(consumer.reason)} · <ClockTime at={consumer.stateSince} />
            </p>
            {consumer.kind === "external-secret" && consumer.state !== "moved" ? (
              <NextFetch consumer={consumer} />
            ) : null}
          </div>
        </li>
      ))}
    </ul>
  );
}

/** Whether the cluster was asked to fetch the new value, and when it does by itself. */
function NextFetch({ consumer: { fetch, refreshDueAt } }: { consumer: ConsumerView }) {
  const t = useTranslations("consumers.fetch");
  const isRefused = fetch?.state === "refused" || fetch?.state === "later";
  return (
    <p className={isRefused ? "text-due text-xs" : "text-muted text-xs"}>
      {fetch ? (
        <>
          {t(fetch.state)} <ClockTime at={fetch.at} />
          {fetch.errorCode ? (
            <>
              {" · "}
              <bdi dir="ltr">{fetch.errorCode}</bdi>
            </>
          ) : null}
        </>
      ) : null}
      {fetch && refreshDueAt ? " · " : null}
      {refreshDueAt ? (
        <>
          {t("due")} <ClockTime at={refreshDueAt} />
        </>
      ) : null}
      {fetch || refreshDueAt ? null : t("never")}
    </p>
  );
}

/** What targets tell of the last use of the old value. */
export function OldUseList({ uses }: { uses: readonly OldUseView[] }) {
  const t = useTranslations("consumers");
  const reasonText = useConsumerReason();
  return (
    <ul aria-label={t("oldUse")} className="flex flex-col gap-1 text-sm">
      {uses.map((use) => (
        <li key={use.source}>
          <Status tone={USE_TONES[use.state]} look="plain">
            {t(`use.${use.state}`, { count: use.uses ?? 0 })}
          </Status>
          {use.heldBy ? (
            <bdi dir="ltr" className="ms-2 break-all font-mono">
              {use.heldBy}
            </bdi>
          ) : null}
          <p className="text-muted text-xs">
            {t(`source.${use.source}`)}
            {use.reason ? ` · ${reasonText(use.reason)}` : null}
            {" · "}
            <ClockTime at={use.checkedAt} />
            {use.lastUsedAt ? (
              <>
                {" · "}
                {t("lastUsed")} <ClockTime at={use.lastUsedAt} />
              </>
            ) : null}
            {use.endsAt ? (
              <>
                {" · "}
                {t("endsAt")} <ClockTime at={use.endsAt} />
              </>
            ) : null}
          </p>
          {use.users.length > 0 ? (
            <ul className="list-disc ps-5 text-xs">
              {[...new Set(use.users.map(nameOf))].map((name) => (
                <li key={name}>
                  <bdi dir="ltr">{name}</bdi>
                </li>
              ))}
            </ul>
          ) : null}
        </li>
      ))}
    </ul>
  );
}

function nameOf({ application, address }: OldUseView["users"][number]): string {
  return [application, address].filter(Boolean).join(" · ");
}
