"use client";
import { useTranslations } from "next-intl";
import { Status, type Tone } from "#components/ui/status.tsx";
import type { StoreState } from "#server/features/regions/schema.ts";

const TONES: Record<StoreState, Tone> = {
  active: "ok",
  standby: "info",
  sealed: "danger",
  uninitialized: "danger",
  permission_denied: "danger",
  rate_limited: "due",
  unreachable: "danger",
  unknown: "unknown",
};

/** What a store is, in a word; unknown is a word of its own. */
export function StoreStateMark({
  state,
  look = "badge",
}: {
  state: StoreState;
  look?: "badge" | "plain";
}) {
  const t = useTranslations("regions.state");
  return (
    <Status tone={TONES[state]} look={look}>
      {t(state)}
    </Status>
  );
}
