"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { problemOf } from "#components/problem/problem.ts";
import { ProblemState } from "#components/problem/problem-state.tsx";
import { Time } from "#components/time/time.tsx";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Section } from "#components/ui/section.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { Status } from "#components/ui/status.tsx";
import { useReadReason } from "./use-read-reason.ts";

const TONES = { verified: "ok", behind: "due", unknown: "unknown" } as const;
const POLL_MILLIS = 15_000;

/** Where the version that a credential's last rotation promoted was read: numbers and times alone. */
export function BindingReads({ tenantId, bindingId }: { tenantId: string; bindingId: string }) {
  const t = useTranslations("regions");
  const reasonText = useReadReason();
  const query = useQuery({
    queryKey: [tenantId, "regions.readsOfBinding", bindingId],
    queryFn: () => consoleClient(tenantId).regions.readsOfBinding.query({ bindingId }),
    refetchInterval: POLL_MILLIS,
  });
  const { data, error } = query;
  return (
    <Section title={t("bindingReads")} aside={t("bindingReadsHint")}>
      {!data && error ? (
        <ProblemState
          problem={problemOf(error)}
          scope="runtime.secrets.read"
          onRetry={() => query.refetch()}
        />
      ) : null}
      {!data && !error ? <Skeleton className="h-12" /> : null}
      {data?.reads.length === 0 ? (
        <p className="text-muted text-sm">{t(data.isVersioned ? "noRegions" : "notVersioned")}</p>
      ) : null}
      <ul className="flex flex-col gap-2 text-sm">
        {data?.reads.map((read) => (
          <li key={read.region} className="flex flex-wrap items-baseline gap-x-3">
            <span className="font-medium">{read.displayName}</span>
            <Status tone={TONES[read.state]} look="plain">
              {t(`readStates.${read.state}`)}
            </Status>
            <span className="text-muted">
              {read.state === "verified"
                ? t("versionSeen", { version: String(read.seenVersion ?? "") })
                : read.state === "behind"
                  ? t("behindBy", {
                      seen: String(read.seenVersion ?? 0),
                      expected: String(read.expectedVersion ?? ""),
                    })
                  : reasonText(read.reason)}
            </span>
            {read.checkedAt ? (
              <span className="ms-auto text-muted">
                {t("checked")} <Time at={read.checkedAt} />
              </span>
            ) : null}
          </li>
        ))}
      </ul>
    </Section>
  );
}
