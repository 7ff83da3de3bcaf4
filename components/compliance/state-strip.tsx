"use client";
import { useTranslations } from "next-intl";
import { SummaryStrip } from "#components/ui/summary-strip.tsx";
import type { CheckState } from "#server/engines/compliance/check.ts";
import { STATE_TONE, STATES } from "./state-tone.ts";

interface StateStripProps {
  label: string;
  states: readonly CheckState[];
  chosen: CheckState | null;
  hrefOf: (state: CheckState | null) => string;
}

/** How many are in each state; each number filters the list, and takes its filter away again. */
export function StateStrip({ label, states, chosen, hrefOf }: StateStripProps) {
  const t = useTranslations("compliance");
  return (
    <SummaryStrip
      label={label}
      figures={STATES.map((state) => ({
        key: state,
        label: t(`state.${state}`),
        count: states.filter((each) => each === state).length,
        href: hrefOf(chosen === state ? null : state),
        tone: STATE_TONE[state],
        isChosen: chosen === state,
      }))}
    />
  );
}
