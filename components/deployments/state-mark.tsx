"use client";
import { useTranslations } from "next-intl";
import { Status, type Tone } from "#components/ui/status.tsx";
import type { DeploymentCard } from "#server/features/deployments/schema.ts";

const TONES: Record<DeploymentCard["state"], Tone> = {
  requested: "info",
  checking: "unknown",
  awaiting_approval: "due",
  approved: "ok",
  executing: "info",
  succeeded: "ok",
  failed: "danger",
  rolled_back: "danger",
  rejected: "danger",
  expired: "unknown",
  withdrawn: "unknown",
  superseded: "unknown",
};

/** The state of a request in a word. */
export function StateMark({ state }: { state: DeploymentCard["state"] }) {
  const t = useTranslations("deployments.state");
  return <Status tone={TONES[state]}>{t(state)}</Status>;
}
