"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { problemOf } from "#components/problem/problem.ts";
import { ProblemState } from "#components/problem/problem-state.tsx";
import { ClockTime } from "#components/time/clock-time.tsx";
import { Time } from "#components/time/time.tsx";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { Section } from "#components/ui/section.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { Status, type Tone } from "#components/ui/status.tsx";
import type { WatchView } from "#server/features/rotation/watched/schema.ts";
import type { CredentialSectionProps } from "./credential-sections.ts";
import { RenewalDialog } from "./renewal-dialog.tsx";

const TONES: Record<WatchView["renewals"][number]["state"], Tone> = {
  requested: "info",
  asking: "info",
  asked: "info",
  renewed: "ok",
  refused: "danger",
};
const POLL_MILLIS = 5_000;

/** What was last seen of a credential that something else renews, and what was asked of it. */
export function WatchSection({ tenantId, detail, onDone }: CredentialSectionProps) {
  const t = useTranslations("rotations.watch");
  const { bindingId } = detail.binding;
  const [isAsking, setAsking] = useState(false);
  const query = useQuery({
    queryKey: [tenantId, "rotation.watch", bindingId],
    queryFn: () => consoleClient(tenantId).rotation.watch.query({ bindingId }),
    refetchInterval: ({ state }) =>
      state.data?.watch?.renewals.some(({ finishedAt }) => !finishedAt) ? POLL_MILLIS : false,
  });
  if (query.error) {
    return (
      <Section title={t("title")}>
        <ProblemState
          problem={problemOf(query.error)}
          scope="runtime.secrets.read"
          onRetry={() => query.refetch()}
        />
      </Section>
    );
  }
  const watch = query.data?.watch;
  if (!watch) return query.isPending ? <Skeleton className="h-40" /> : null;
  const isUnderWay = watch.renewals.some(({ finishedAt }) => !finishedAt);
  return (
    <Section title={t("title")}>
      <p className="text-sm">{t(`who.${watch.kind}`)}</p>
      {watch.errorText ? (
        <p className="rounded-md bg-unknown-tint px-3 py-2 text-sm text-unknown">
          {t("unreadable")} <bdi>{watch.errorText}</bdi>
        </p>
      ) : null}
      <KeyValueList facts={[...datesOf(watch, t), ...factsOf(watch)]} />
      {watch.kind === "cert-manager" ? (
        <div>
          <Button
            disabledReason={isUnderWay ? t("underWay") : null}
            onClick={() => setAsking(true)}
          >
            {t("renew")}
          </Button>
        </div>
      ) : null}
      <ul className="flex flex-col gap-2 text-sm">
        {watch.renewals.map((renewal) => (
          <li key={renewal.renewalId} className="flex flex-col gap-0.5">
            <span className="flex flex-wrap items-center gap-2">
              <Status tone={TONES[renewal.state]}>{t(`renewal.${renewal.state}`)}</Status>
              <ClockTime at={renewal.requestedAt} />
              <bdi className="text-muted">{renewal.requestedBy.name}</bdi>
            </span>
            {renewal.errorText ? <bdi className="break-words">{renewal.errorText}</bdi> : null}
          </li>
        ))}
      </ul>
      {isAsking ? (
        <RenewalDialog
          tenantId={tenantId}
          bindingId={bindingId}
          name={detail.binding.name}
          onClose={() => setAsking(false)}
          onDone={() => {
            setAsking(false);
            query.refetch();
            onDone();
          }}
        />
      ) : null}
    </Section>
  );
}

function datesOf(watch: WatchView, t: ReturnType<typeof useTranslations<"rotations.watch">>) {
  if (watch.kind === "realm-passwords") return [];
  const date = (at: Date | null) => (at ? <Time at={at} /> : t("unknown"));
  return [
    { name: t("issued"), value: date(watch.notBefore) },
    { name: t("ends"), value: date(watch.notAfter) },
    { name: t("renews"), value: date(watch.renewsAt) },
  ];
}

/** Names as the source gives them, for those who know it. */
function factsOf({ facts }: WatchView) {
  return Object.entries(facts)
    .filter(([, value]) => value !== null && value !== "")
    .map(([name, value]) => ({
      name,
      value: (
        <bdi key={name} dir="ltr" className="break-all">
          {String(value)}
        </bdi>
      ),
    }));
}
