import { useTranslations } from "next-intl";
import { Status, type Tone } from "#components/ui/status.tsx";
import type { GrantView, RequestView } from "#server/features/elevation/elevation-views.ts";

const GRANT: Record<GrantView["standing"], Tone> = {
  scheduled: "info",
  live: "due",
  revoking: "danger",
  "given-back": "ok",
  revoked: "ok",
  expired: "ok",
};
const REQUEST: Record<RequestView["state"], Tone> = {
  waiting: "due",
  approved: "info",
  activated: "ok",
  rejected: "danger",
  expired: "unknown",
  withdrawn: "unknown",
  refused: "unknown",
};

/** Where a grant stands, in a word. */
export function StandingMark({ standing }: { standing: GrantView["standing"] }) {
  const t = useTranslations("access.standing");
  return <Status tone={GRANT[standing]}>{t(standing)}</Status>;
}

/** Where a request stands, in a word. */
export function RequestMark({ state }: { state: RequestView["state"] }) {
  const t = useTranslations("access.state");
  return <Status tone={REQUEST[state]}>{t(state)}</Status>;
}
