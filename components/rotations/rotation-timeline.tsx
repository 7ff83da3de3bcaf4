"use client";
import { useTranslations } from "next-intl";
import { ClockTime } from "#components/time/clock-time.tsx";
import { Timeline } from "#components/ui/timeline.tsx";
import type { RotationView } from "./credential-detail.ts";
import { NoteText } from "./note-text.tsx";
import { isOver, rotationPath } from "./rotation-path.ts";
import { RotationTrouble } from "./rotation-trouble.tsx";

/** Who asked, every state it came to and when, and what is still to come. */
export function RotationTimeline({ rotation }: { rotation: RotationView }) {
  const t = useTranslations("rotations");
  return (
    <div className="flex flex-col gap-3">
      <p className="text-sm">
        {t("detail.by", {
          name: rotation.requestedBy.name,
          trigger: t(`trigger.${rotation.trigger}`),
        })}
      </p>
      {rotation.reason ? (
        <p className="text-sm">
          <span className="text-muted">{t("detail.reason")}</span>{" "}
          <q className="break-words">{rotation.reason}</q>
        </p>
      ) : null}
      {rotation.isOutsideWindow ? (
        <p className="text-muted text-sm">{t("detail.outsideWindow")}</p>
      ) : null}
      {rotation.errorText ? (
        <RotationTrouble code={rotation.errorCode} text={rotation.errorText} />
      ) : null}
      {rotation.graceUntil && !isOver(rotation.state) ? (
        <p className="flex flex-wrap items-baseline gap-1 text-muted text-sm">
          {t("detail.graceUntil")} <ClockTime at={rotation.graceUntil} />
        </p>
      ) : null}
      <Timeline
        label={t("detail.timeline")}
        steps={rotationPath(rotation.state, rotation.steps).map((step, index) => ({
          key: `${index}-${step.state}`,
          title: t(`rotation.${step.state}`),
          stage: step.stage,
          stageLabel: t(`stage.${step.stage}`),
          detail: step.at ? (
            <>
              <ClockTime at={step.at} />
              {step.note ? (
                <span>
                  {" · "}
                  <NoteText note={step.note} />
                </span>
              ) : null}
            </>
          ) : undefined,
        }))}
      />
    </div>
  );
}
