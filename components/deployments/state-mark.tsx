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

type StateMarkProps = Pick<DeploymentCard, "state"> &
  Partial<Pick<DeploymentCard, "isReportOverdue">>;

/** The state of a request in a word; a claim that nobody reported says so. */
export function StateMark({ state, isReportOverdue = false }: StateMarkProps) {
  const t = useTranslations("deployments.state");
  if (isReportOverdue) return <Status tone="danger">{t("unreported")}</Status>;
  return <Status tone={TONES[state]}>{t(state)}</Status>;
}
