"use client";
import { useState } from "react";
import { showToast } from "#components/toast/toast-store.ts";
import { Button } from "#components/ui/button.tsx";
import { CalendarBar } from "#components/ui/calendar-bar.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Field } from "#components/ui/field.tsx";
import { FilteredEmptyState } from "#components/ui/filtered-empty-state.tsx";
import { ForbiddenState } from "#components/ui/forbidden-state.tsx";
import { Input } from "#components/ui/input.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { Status } from "#components/ui/status.tsx";
import { SummaryStrip } from "#components/ui/summary-strip.tsx";
import { Timeline } from "#components/ui/timeline.tsx";

const TONES = ["ok", "due", "danger", "unknown", "info"] as const;
const STAGES = ["done", "done", "current", "ahead", "failed"] as const;
const days = Array.from({ length: 90 }, (_, index) => ({
  day: new Date(Date.UTC(2026, 10, 22 + index)).toISOString().slice(0, 10),
  count: index % 7 === 3 ? (index % 5) + 1 : 0,
}));

/** Every part that has no data of its own, one below the other. */
export function HarnessStates() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <SummaryStrip
        label="figures"
        figures={TONES.map((tone, index) => ({
          key: tone,
          label: tone,
          count: index,
          href: "#",
          tone,
        }))}
      />
      <CalendarBar label="calendar" days={days} isFirstLate />
      <div className="flex flex-wrap gap-2">
        {TONES.map((tone) => (
          <Status key={tone} tone={tone}>
            {tone}
          </Status>
        ))}
      </div>
      <div className="flex flex-wrap gap-2">
        {(["primary", "plain", "quiet", "danger"] as const).map((look) => (
          <Button key={look} look={look} onClick={() => setOpen(true)}>
            {look}
          </Button>
        ))}
        <Button disabledReason="off">{"off"}</Button>
        <Button onClick={() => showToast({ tone: "ok", title: "toast" })}>{"toast"}</Button>
      </div>
      <Timeline
        label="timeline"
        steps={STAGES.map((stage, index) => ({
          key: `${index}`,
          title: stage,
          stage,
          stageLabel: stage,
        }))}
      />
      <ErrorState traceId="4bf92f3577b34da6a3ce929d0e0e4736" onRetry={() => {}} />
      <ForbiddenState scope="runtime.secrets.read" />
      <FilteredEmptyState onClear={() => {}} />
      <Skeleton className="h-9" />
      <Dialog isOpen={isOpen} onClose={() => setOpen(false)} title="dialog">
        <Field label="field">{(control) => <Input {...control} />}</Field>
      </Dialog>
    </>
  );
}
