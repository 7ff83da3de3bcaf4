"use client";
import { Ban } from "lucide-react";
import { useTranslations } from "next-intl";
import { Status } from "#components/ui/status.tsx";

export type Outcome = "succeeded" | "denied" | "failed";

const TONES = { succeeded: "ok", denied: "due", failed: "danger" } as const;

/** How the act ended. */
export function OutcomeMark({ outcome }: { outcome: Outcome }) {
  const t = useTranslations("audit.outcome");
  return (
    <Status
      tone={TONES[outcome]}
      look="plain"
      {...(outcome === "denied" ? { icon: Ban } : undefined)}
    >
      {t(outcome)}
    </Status>
  );
}
