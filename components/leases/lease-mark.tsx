"use client";
import { Hourglass, RefreshCw, TimerOff, Unlink } from "lucide-react";
import { useTranslations } from "next-intl";
import { Status } from "#components/ui/status.tsx";
import type { LeaseRow } from "./lease-row.ts";

const LOOKS = {
  issuing: { tone: "info", icon: Hourglass },
  issued: { tone: "info", icon: Hourglass },
  active: { tone: "ok" },
  renewing: { tone: "info", icon: RefreshCw },
  revoking: { tone: "due", icon: Hourglass },
  revoked: { tone: "unknown", icon: TimerOff },
  expired: { tone: "unknown", icon: TimerOff },
  lost: { tone: "danger", icon: Unlink },
  failed: { tone: "danger" },
  indeterminate: { tone: "danger" },
} as const;

/** How a lease stands, in a word. */
export function LeaseMark({
  state,
  look = "plain",
}: {
  state: LeaseRow["state"];
  look?: "plain" | "badge";
}) {
  const t = useTranslations("leases.state");
  return (
    <Status {...LOOKS[state]} look={look}>
      {t(state)}
    </Status>
  );
}
