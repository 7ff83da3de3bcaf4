"use client";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Time } from "#components/time/time.tsx";
import { Button } from "#components/ui/button.tsx";
import { Status } from "#components/ui/status.tsx";
import type { Policies, PolicyView } from "#server/features/remediation/views.ts";

const PolicyForm = dynamic(async () => (await import("./policy-form.tsx")).PolicyForm, {
  ssr: false,
});

interface PolicyTableProps {
  tenantId: string;
  policies: Policies;
  mayManage: boolean;
}

const CELL = "px-4 py-2 text-start align-top";
const TONES = { off: "unknown", review: "due", auto: "info" } as const;
const HEADS = ["rule", "mode", "kinds", "limit", "breaker", "saved"] as const;

/** For each rule whether its findings are remedied by themselves, with an approval, or not at all. */
export function PolicyTable({ tenantId, policies, mayManage }: PolicyTableProps) {
  const t = useTranslations("remediation.policy");
  const [edited, setEdited] = useState<PolicyView | null>(null);
  const mayNot = mayManage ? null : t("mayNot");
  return (
    <>
      <p className="px-4 pt-3 text-muted text-sm">
        {t("intro")} {policies.isSovereign ? null : t("elsewhere")}
      </p>
      <section
        aria-label={t("label")}
        className="relative overflow-x-auto"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
      >
        <table className="w-full border-collapse text-sm">
          <caption className="sr-only">{t("label")}</caption>
          <thead>
            <tr className="border-line border-b text-muted text-xs">
              {HEADS.map((name) => (
                <th key={name} scope="col" className={CELL}>
                  {t(name)}
                </th>
              ))}
              {policies.isSovereign ? <td /> : null}
            </tr>
          </thead>
          <tbody>
            {policies.policies.map((policy) => (
              <PolicyRow
                key={policy.rule}
                policy={policy}
                mayNot={mayNot}
                onEdit={policies.isSovereign ? () => setEdited(policy) : null}
              />
            ))}
          </tbody>
        </table>
      </section>
      {edited ? (
        <PolicyForm tenantId={tenantId} policy={edited} onClose={() => setEdited(null)} />
      ) : null}
    </>
  );
}

interface PolicyRowProps {
  policy: PolicyView;
  mayNot: string | null;
  /** Null: only the Sovereign changes it. */
  onEdit: (() => void) | null;
}

function PolicyRow({ policy, mayNot, onEdit }: PolicyRowProps) {
  const t = useTranslations("remediation.policy");
  const modes = useTranslations("remediation.mode");
  const rules = useTranslations("drift.rule");
  const { spec } = policy;
  const isAuto = spec.mode === "auto";
  return (
    <tr className="border-line border-b last:border-b-0">
      <th scope="row" className={`${CELL} whitespace-nowrap font-medium`}>
        {rules(policy.rule)}
      </th>
      <td className={CELL}>
        <Status tone={TONES[spec.mode]} look="plain">
          {modes(spec.mode)}
        </Status>
      </td>
      <td className={CELL}>
        {isAuto ? (
          <bdi dir="ltr" className="break-words">
            {spec.safeKinds.join(", ")}
          </bdi>
        ) : (
          <span className="whitespace-nowrap text-muted">{t("anyKinds")}</span>
        )}
      </td>
      <td className={CELL}>{isAuto ? t("perHour", { count: spec.mostPerHour }) : "–"}</td>
      <td className={CELL}>
        {t("opensAt", {
          count: spec.breakerCount,
          hours: Math.max(1, Math.round(spec.breakerWindowSeconds / 3_600)),
        })}
      </td>
      <td className={CELL}>
        {policy.savedAt ? (
          <>
            <Time at={policy.savedAt} /> <span className="text-muted">{policy.savedByName}</span>
          </>
        ) : (
          <span className="text-muted">{t("never")}</span>
        )}
      </td>
      {onEdit ? (
        <td className={CELL}>
          <Button
            size="sm"
            aria-label={t("editOf", { rule: rules(policy.rule) })}
            disabledReason={mayNot}
            onClick={onEdit}
          >
            {t("edit")}
          </Button>
        </td>
      ) : null}
    </tr>
  );
}
