"use client";
import { useTranslations } from "next-intl";
import { Time } from "#components/time/time.tsx";
import { Status } from "#components/ui/status.tsx";
import { useUrlVisit } from "#components/url/use-url-state.ts";
import type { DecisionSummary } from "#server/features/policy/schema.ts";
import { useDecisionWords } from "./decision-words.ts";

/** Decisions one a line, newest first; a line opens its detail. */
export function DecisionRows({
  items,
  selected,
}: {
  items: readonly DecisionSummary[];
  selected: string | null;
}) {
  const t = useTranslations("decisions");
  const words = useDecisionWords();
  const { visit } = useUrlVisit();
  return (
    <ul className="rounded-lg border border-line bg-raised">
      {items.map((decision) => {
        const isOpen = decision.decisionId === selected;
        const reasons = [...decision.reasons.map(words.reason), ...decision.errors];
        return (
          <li
            key={decision.decisionId}
            className="flex flex-wrap items-center gap-x-3 border-line border-b last:border-b-0"
          >
            <button
              type="button"
              aria-expanded={isOpen}
              className="flex min-h-11 min-w-0 flex-1 basis-80 flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 text-start hover:bg-hover aria-expanded:bg-hover"
              onClick={() => visit({ selected: isOpen ? null : decision.decisionId })}
            >
              <Status tone={decision.outcome === "allow" ? "ok" : "danger"}>
                {t(`outcome.${decision.outcome}`)}
              </Status>
              <span className="min-w-0 flex-1 basis-60 break-words">
                <bdi dir="ltr" className="font-medium">
                  {decision.principalName ?? words.name(decision.principal)}
                </bdi>
                {" · "}
                {words.act(decision.action)}
                <span dir="auto" className="block text-muted text-sm">
                  {reasons.join(" ") || t("nothingPermits")}
                </span>
              </span>
              <span className="text-muted text-sm">{words.engine(decision)}</span>
            </button>
            <Time at={decision.decidedAt} className="min-h-6 px-4 text-muted text-sm" />
          </li>
        );
      })}
    </ul>
  );
}
