"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { problemOf } from "#components/problem/problem.ts";
import { ProblemState } from "#components/problem/problem-state.tsx";
import { ReasonDialog } from "#components/rotations/reason-dialog.tsx";
import { Time } from "#components/time/time.tsx";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { Section } from "#components/ui/section.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { FINAL_REMEDIATION_STATES } from "#server/engines/remediation/state-machine.ts";
import type { OfFinding } from "#server/features/remediation/views.ts";
import { RemediationPart } from "./remediation-part.tsx";
import { RemediationStateMark } from "./remediation-state.tsx";
import { useWhyBlocked } from "./why-blocked.ts";

interface RemediationSectionProps {
  tenantId: string;
  findingId: string;
  onChanged: () => void;
}

const MOVING_MILLIS = 2_000;
const STILL_MILLIS = 15_000;

/** What can be done about a finding, what is being done, and how it went before. */
export function RemediationSection({ tenantId, findingId, onChanged }: RemediationSectionProps) {
  const t = useTranslations("remediation");
  const whyBlocked = useWhyBlocked();
  const [isAsking, setAsking] = useState(false);
  const query = useQuery({
    queryKey: [tenantId, "remediation.ofFinding", findingId],
    queryFn: () => consoleClient(tenantId).remediation.ofFinding.query({ findingId }),
    refetchInterval: ({ state }) => (isMoving(state.data) ? MOVING_MILLIS : STILL_MILLIS),
  });
  const known = query.data;
  const [newest, ...earlier] = known?.remediations ?? [];
  const changed = () => {
    query.refetch();
    onChanged();
  };
  return (
    <Section title={t("section")} aside={known ? t(`mode.${known.mode}`) : null}>
      {!known ? (
        query.error ? (
          <ProblemState
            problem={problemOf(query.error)}
            scope="runtime.remediations.read"
            onRetry={() => query.refetch()}
          />
        ) : (
          <div role="status">
            <span className="sr-only">{t("loading")}</span>
            <Skeleton className="h-16" />
          </div>
        )
      ) : (
        <div className="flex flex-col gap-3">
          <p className="text-muted text-sm">{t(`modeSays.${known.mode}`)}</p>
          <BreakerLine breaker={known.breaker} />
          {newest ? (
            <RemediationPart
              key={newest.remediationId}
              tenantId={tenantId}
              remediationId={newest.remediationId}
              onChanged={changed}
            />
          ) : (
            <p className="text-sm">{t("none")}</p>
          )}
          {known.blocked === "resolved" || known.blocked === "in-progress" ? null : (
            <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <Button
                look="primary"
                disabledReason={known.blocked ? whyBlocked(known.blocked) : null}
                onClick={() => setAsking(true)}
              >
                {t("propose")}
              </Button>
              {known.blocked ? (
                <p className="min-w-0 flex-1 basis-60 text-muted text-sm">
                  {whyBlocked(known.blocked)}
                </p>
              ) : null}
            </div>
          )}
          {earlier.length > 0 ? (
            <details className="text-sm">
              <summary className="min-h-6 text-accent">{t("earlier")}</summary>
              <ul className="mt-1 flex flex-col gap-1">
                {earlier.map((each) => (
                  <li key={each.remediationId} className="flex flex-wrap items-baseline gap-x-3">
                    <RemediationStateMark state={each.state} />
                    <Time at={each.updatedAt} className="text-muted" />
                    <span className="min-w-0 break-words">{each.reason}</span>
                  </li>
                ))}
              </ul>
            </details>
          ) : null}
        </div>
      )}
      {isAsking ? (
        <ReasonDialog
          title={t("proposeTitle")}
          does={<p className="text-sm">{t("proposeDoes")}</p>}
          confirm={t("proposeTitle")}
          look="primary"
          maxLength={2000}
          act={(reason) =>
            consoleClient(tenantId).remediation.propose.mutate({ findingId, reason })
          }
          onClose={() => setAsking(false)}
          onDone={() => {
            showToast({ tone: "ok", title: t("proposed") });
            setAsking(false);
            changed();
          }}
        />
      ) : null}
    </Section>
  );
}

function isMoving(known: OfFinding | undefined): boolean {
  const state = known?.remediations[0]?.state;
  return state !== undefined && state !== "by_hand" && !FINAL_REMEDIATION_STATES.has(state);
}

function BreakerLine({ breaker }: { breaker: OfFinding["breaker"] }) {
  const t = useTranslations("remediation.breaker");
  if (!breaker) return null;
  return (
    <p className="rounded-md bg-due-tint px-3 py-2 text-sm">
      {t("open", { count: breaker.count })}{" "}
      {t.rich("since", { time: () => <Time key="at" at={breaker.openedAt} /> })}
    </p>
  );
}
