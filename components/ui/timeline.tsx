import type { LucideIcon } from "lucide-react";
import { Circle, CircleAlert, CircleCheck, CircleDot } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "./cx.ts";

export interface TimelineStep {
  key: string;
  title: ReactNode;
  /** When and by whom; absent for what is still to come. */
  detail?: ReactNode;
  stage: "done" | "current" | "ahead" | "failed";
  /** The stage in words, for screen readers. */
  stageLabel: string;
}

const ICONS: Record<TimelineStep["stage"], LucideIcon> = {
  done: CircleCheck,
  current: CircleDot,
  ahead: Circle,
  failed: CircleAlert,
};
const TONES: Record<TimelineStep["stage"], string> = {
  done: "text-ok",
  current: "text-accent",
  ahead: "text-line-strong",
  failed: "text-danger",
};

/** What happened, what is happening, what is still to come: from first to last. */
export function Timeline({ label, steps }: { label: string; steps: readonly TimelineStep[] }) {
  return (
    <ol aria-label={label} className="flex flex-col">
      {steps.map(({ key, title, detail, stage, stageLabel }, index) => {
        const Icon = ICONS[stage];
        return (
          <li
            key={key}
            aria-current={stage === "current" ? "step" : undefined}
            className="relative flex gap-3 pb-3 last:pb-0"
          >
            {index < steps.length - 1 ? (
              <span aria-hidden className="absolute start-[7.5px] top-5 bottom-0 w-px bg-line" />
            ) : null}
            <Icon aria-hidden className={cx("mt-0.5 size-4 shrink-0", TONES[stage])} />
            <div className="min-w-0 flex-1">
              <p
                className={cx(
                  "text-sm",
                  stage === "ahead" ? "text-muted" : "font-medium",
                  stage === "failed" && "text-danger",
                )}
              >
                {title}
                <span className="sr-only">{` (${stageLabel})`}</span>
              </p>
              {detail ? <div className="text-muted text-xs">{detail}</div> : null}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
