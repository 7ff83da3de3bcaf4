"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Time } from "#components/time/time.tsx";
import { Timeline, type TimelineStep } from "#components/ui/timeline.tsx";
import type { RemediationState } from "#server/engines/remediation/state-machine.ts";
import { FINAL_REMEDIATION_STATES } from "#server/engines/remediation/state-machine.ts";
import type { RemediationDetail } from "#server/features/remediation/views.ts";

interface RemediationStepsProps {
  tenantId: string;
  detail: RemediationDetail;
}

const WRONG: readonly RemediationState[] = ["failed", "refused", "rolled_back", "indeterminate"];

/** Each step with who did it, and its event in the audit log. */
export function RemediationSteps({ tenantId, detail }: RemediationStepsProps) {
  const t = useTranslations("remediation");
  const last = detail.steps.at(-1);
  return (
    <details className="text-sm">
      <summary className="mb-2 min-h-6 text-accent">{t("steps")}</summary>
      <Timeline
        label={t("steps")}
        steps={detail.steps.map((step): TimelineStep => {
          const isCurrent = step === last && !FINAL_REMEDIATION_STATES.has(step.to);
          return {
            key: step.stepId,
            title: t(`state.${step.to}`),
            stage: WRONG.includes(step.to) ? "failed" : isCurrent ? "current" : "done",
            stageLabel: t("stage", { state: t(`state.${step.to}`) }),
            detail: (
              <>
                <p className="flex flex-wrap gap-x-2">
                  <Time at={step.at} />
                  <span>{t("step", { name: `\u2068${step.byName}\u2069` })}</span>
                  <Link
                    className="text-accent underline"
                    href={`/t/${tenantId}/audit?event=${step.eventId}`}
                  >
                    {t("stepEvent")}
                  </Link>
                </p>
                {step.note ? <p className="break-words">{step.note}</p> : null}
              </>
            ),
          };
        })}
      />
    </details>
  );
}
