import {
  ArrowDown,
  Ban,
  Circle,
  CircleAlert,
  Eye,
  OctagonAlert,
  TriangleAlert,
  Wrench,
} from "lucide-react";
import { useTranslations } from "next-intl";
import { Status, type Tone } from "#components/ui/status.tsx";
import type { Severity } from "#server/engines/drift/finding.ts";
import type { FindingState } from "#server/features/drift/schema.ts";

const SEVERITY = {
  critical: { tone: "danger", icon: OctagonAlert },
  high: { tone: "danger", icon: TriangleAlert },
  medium: { tone: "due", icon: CircleAlert },
  low: { tone: "info", icon: ArrowDown },
} as const satisfies Record<Severity, { tone: Tone; icon: typeof Ban }>;

interface SeverityMarkProps {
  severity: Severity;
  look?: "badge" | "plain";
}

/** How bad it is: an icon of its own shape, and a word. */
export function SeverityMark({ severity, look = "plain" }: SeverityMarkProps) {
  const t = useTranslations("drift.severity");
  return (
    <Status {...SEVERITY[severity]} look={look}>
      {t(severity)}
    </Status>
  );
}

const STATE = {
  open: { tone: "danger", icon: Circle },
  acknowledged: { tone: "due", icon: Eye },
  remediating: { tone: "info", icon: Wrench },
  suppressed: { tone: "unknown", icon: Ban },
  resolved: { tone: "ok", icon: undefined },
} as const;

interface StateMarkProps {
  state: FindingState;
  look?: "badge" | "plain";
  /** Of how many, where it stands for several. */
  count?: number;
}

/** What became of it. */
export function StateMark({ state, look = "plain", count }: StateMarkProps) {
  const t = useTranslations("drift");
  const { tone, icon } = STATE[state];
  const word = t(`state.${state}`);
  return (
    <Status tone={tone} look={look} {...(icon ? { icon } : {})}>
      {count === undefined ? word : t("stateCount", { count, state: word })}
    </Status>
  );
}

/** A source is away: nobody can tell. */
export function UnknownMark({ look = "plain" }: { look?: "badge" | "plain" }) {
  const t = useTranslations("drift.unknown");
  return (
    <Status tone="unknown" look={look}>
      {t("mark")}
    </Status>
  );
}
