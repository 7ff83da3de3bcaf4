"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useDecisionWords } from "#components/decisions/decision-words.ts";
import { Section } from "#components/ui/section.tsx";
import { Status } from "#components/ui/status.tsx";
import type { AuditEventDetail } from "#server/features/audit/schema.ts";

interface EventDecisionProps {
  tenantId: string;
  decision: NonNullable<AuditEventDetail["decision"]>;
}

/** The policy decision that the act was made under, or refused by; it leads to all that it was made from. */
export function EventDecision({ tenantId, decision }: EventDecisionProps) {
  const t = useTranslations("audit.decision");
  const outcome = useTranslations("decisions.outcome");
  const words = useDecisionWords();
  const { decisionId, action, reasons } = decision;
  return (
    <Section title={t("title")}>
      <p className="flex flex-wrap items-baseline gap-x-2 text-sm">
        <Status tone={decision.outcome === "allow" ? "ok" : "due"}>
          {outcome(decision.outcome)}
        </Status>
        <span>{words.act(action)}</span>
      </p>
      {reasons.length > 0 ? (
        <ul className="list-disc ps-5 text-sm">
          {reasons.map((reason) => (
            <li key={reason}>{words.reason({ policyId: reason, words: reason })}</li>
          ))}
        </ul>
      ) : null}
      <Link
        className="inline-flex min-h-6 w-fit items-center text-accent text-sm underline"
        href={`/t/${tenantId}/decisions?selected=${decisionId}`}
      >
        {t("open")}
      </Link>
    </Section>
  );
}
