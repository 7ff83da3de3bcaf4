"use client";
import { useTranslations } from "next-intl";
import { Status } from "#components/ui/status.tsx";
import type { IgnoreRuleSpec } from "#server/features/drift/schema.ts";
import type { IgnoreRuleView } from "#server/features/drift/views.ts";

/** What a rule hides: a field, fields, or whatever a manager writes. */
export function IgnoredWhat({ spec }: { spec: IgnoreRuleSpec }) {
  const t = useTranslations("drift.ignored.kind");
  return (
    <span className="flex min-w-0 items-baseline gap-2">
      <bdi dir="ltr" className="max-w-80 truncate font-medium" data-tip={spec.expression}>
        {spec.expression}
      </bdi>
      <span className="font-normal text-muted text-xs">{t(spec.kind)}</span>
    </span>
  );
}

/** Of which objects it hides them. */
export function IgnoredWhere({ spec }: { spec: IgnoreRuleSpec }) {
  const t = useTranslations("drift.ignored");
  const { apiGroup, objectKind, namespace, name } = spec;
  if (!apiGroup && !objectKind && !namespace && !name) return <>{t("everyObject")}</>;
  const kind = [objectKind ?? t("anyKind"), apiGroup].filter(Boolean).join(".");
  const place = namespace || name ? `${namespace ?? "*"}/${name ?? "*"}` : "";
  return (
    <bdi dir="ltr" className="break-words">
      {t("scope", { kind, place }).trim()}
    </bdi>
  );
}

const TONES = { "in-force": "info", trial: "due", expired: "due", retired: "unknown" } as const;

/** Whether a rule still hides anything. */
export function RuleState({ state }: { state: IgnoreRuleView["state"] }) {
  const t = useTranslations("drift.ignored.states");
  return (
    <Status tone={TONES[state]} look="plain">
      {t(state)}
    </Status>
  );
}
