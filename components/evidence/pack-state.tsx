"use client";
import { useTranslations } from "next-intl";
import { Status, type Tone } from "#components/ui/status.tsx";
import type { PackView } from "#server/features/evidence/schema.ts";

const TONES: Record<PackView["state"], Tone> = {
  requested: "due",
  building: "info",
  ready: "ok",
  failed: "danger",
  expired: "unknown",
};

/** Where a pack stands, and how much of it is made. */
export function PackState({ pack }: { pack: PackView }) {
  const t = useTranslations("packs");
  const entries = Number(pack.to) - Number(pack.from);
  const done = entries > 0 ? Math.min(1, pack.entriesDone / entries) : 1;
  return (
    <Status tone={TONES[pack.state]}>
      {pack.state === "building" ? t("state.building", { done }) : t(`state.${pack.state}`)}
    </Status>
  );
}
