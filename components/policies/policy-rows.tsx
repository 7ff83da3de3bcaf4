"use client";
import { useLocale, useTranslations } from "next-intl";
import { durationText } from "#components/time/duration-text.ts";
import { Button } from "#components/ui/button.tsx";
import { Status } from "#components/ui/status.tsx";
import { LabelList } from "./label-list.tsx";
import type { PolicyList } from "./policy-shapes.ts";

type Policy = PolicyList["imposed"][number] & { retiredAt?: Date | null };

interface PolicyRowsProps {
  policies: readonly Policy[];
  openId?: string | undefined;
  /** Absent for those that can't be opened here. */
  onOpen?: (policyId: string) => void;
}

/** Policies with what they select and demand. */
export function PolicyRows({ policies, openId, onOpen }: PolicyRowsProps) {
  const t = useTranslations("policies");
  return (
    <ul>
      {policies.map((policy) => (
        <li
          key={policy.policyId}
          aria-current={policy.policyId === openId || undefined}
          className="flex flex-wrap items-start gap-x-6 gap-y-2 border-line border-b px-4 py-3 last:border-b-0 aria-[current]:bg-hover"
        >
          <div className="min-w-0 basis-56">
            <p className="font-medium">
              <bdi dir="ltr">{policy.name}</bdi>
            </p>
            <p className="flex flex-wrap items-center gap-2 text-muted text-sm">
              {t("version", { version: policy.version })}
              {policy.retiredAt ? (
                <Status tone="unknown" look="plain">
                  {t("retired")}
                </Status>
              ) : null}
            </p>
            <LabelList labels={policy.organizationLabels} />
          </div>
          <ul className="min-w-0 flex-1 basis-80 text-sm">
            {policy.rules.map((rule) => (
              <li key={rule.kind}>
                <RuleText rule={rule} />
              </li>
            ))}
          </ul>
          {onOpen ? (
            <Button size="sm" onClick={() => onOpen(policy.policyId)}>
              {t("open", { name: policy.name })}
            </Button>
          ) : null}
        </li>
      ))}
    </ul>
  );
}

function RuleText({ rule }: { rule: Policy["rules"][number] }) {
  const t = useTranslations("policies.rule");
  const locale = useLocale();
  const limit =
    rule.maxTtl === "cert-manager-managed"
      ? t("certManager")
      : t("limit", { limit: durationText(rule.maxTtl, locale) });
  const parts = [
    limit,
    t(rule.autoRotate ? "automatic" : "byHand"),
    rule.requireApproval.length > 0
      ? t("approval", { roles: rule.requireApproval.join(", ") })
      : null,
  ].filter((part) => part !== null);
  return (
    <>
      <bdi dir="ltr" className="font-medium">
        {rule.kind}
      </bdi>
      {": "}
      {parts.join(" · ")}
    </>
  );
}
