"use client";
import {
  CalendarX2,
  FileQuestion,
  Hand,
  History,
  Hourglass,
  RefreshCw,
  Unlink,
} from "lucide-react";
import { useTranslations } from "next-intl";
import { Status } from "#components/ui/status.tsx";
import type { BindingStatus } from "#server/features/rotation/schema.ts";

const LOOKS = {
  leaked: { tone: "danger" },
  orphaned: { tone: "danger", icon: Unlink },
  failed: { tone: "danger" },
  missing: { tone: "danger", icon: FileQuestion },
  overdue: { tone: "danger", icon: CalendarX2 },
  "awaiting-approval": { tone: "due", icon: Hourglass },
  rotating: { tone: "info", icon: RefreshCw },
  "in-grace": { tone: "info", icon: History },
  "due-soon": { tone: "due" },
  unmanaged: { tone: "unknown", icon: Hand },
  healthy: { tone: "ok" },
  retired: { tone: "unknown" },
} as const;

/** What a credential needs, in a word. */
export function StatusMark({
  status,
  look = "plain",
}: {
  status: BindingStatus;
  look?: "plain" | "badge";
}) {
  const t = useTranslations("rotations.status");
  return (
    <Status {...LOOKS[status]} look={look}>
      {t(status)}
    </Status>
  );
}
