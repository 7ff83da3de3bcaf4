"use client";
import { CircleDashed, ShieldCheck, Stamp } from "lucide-react";
import { useTranslations } from "next-intl";
import { Status } from "#components/ui/status.tsx";

export type SealState = "recorded" | "sealed" | "witnessed";

const LOOKS = {
  recorded: { tone: "unknown", icon: CircleDashed },
  sealed: { tone: "ok", icon: Stamp },
  witnessed: { tone: "ok", icon: ShieldCheck },
} as const;

/** How far an event has come on its way into the log. */
export function SealMark({
  state,
  look = "plain",
}: {
  state: SealState;
  look?: "plain" | "badge";
}) {
  const t = useTranslations("audit.seal");
  return (
    <Status {...LOOKS[state]} look={look}>
      {t(state)}
    </Status>
  );
}
