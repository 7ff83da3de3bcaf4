import { useTranslations } from "next-intl";
import { Status, type Tone } from "#components/ui/status.tsx";
import type { RemediationState } from "#server/engines/remediation/state-machine.ts";

const TONES: Record<RemediationState, Tone> = {
  proposed: "info",
  dry_run: "info",
  awaiting_approval: "due",
  approved: "info",
  applying: "info",
  verifying: "info",
  rolling_back: "due",
  indeterminate: "unknown",
  by_hand: "due",
  verified: "ok",
  rolled_back: "danger",
  failed: "danger",
  refused: "danger",
  withdrawn: "unknown",
  expired: "unknown",
  superseded: "unknown",
};

/** Where a remediation stands. */
export function RemediationStateMark(props: { state: RemediationState; look?: "badge" | "plain" }) {
  const t = useTranslations("remediation.state");
  return (
    <Status tone={TONES[props.state]} look={props.look ?? "plain"}>
      {t(props.state)}
    </Status>
  );
}
