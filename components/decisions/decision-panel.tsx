"use client";
import { useTranslations } from "next-intl";
import { Time } from "#components/time/time.tsx";
import { DetailPanel } from "#components/ui/detail-panel.tsx";
import { Identifier } from "#components/ui/identifier.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { Section } from "#components/ui/section.tsx";
import { Status } from "#components/ui/status.tsx";
import type { DecisionDetail } from "#server/features/policy/schema.ts";
import { useDecisionWords } from "./decision-words.ts";
import { ExchangeSection } from "./exchange-section.tsx";
import { ReplayButton } from "./replay-button.tsx";
import { WireText } from "./wire-text.tsx";

/** One decision with everything it was made from, and a way to make it again. */
export function DecisionPanel({
  tenantId,
  decision,
  onClose,
}: {
  tenantId: string;
  decision: DecisionDetail;
  onClose: () => void;
}) {
  const t = useTranslations("decisions");
  const words = useDecisionWords();
  return (
    <DetailPanel kind={t("kind")} title={words.act(decision.action)} onClose={onClose}>
      <div className="flex flex-wrap items-center gap-3">
        <Status tone={decision.outcome === "allow" ? "ok" : "danger"}>
          {t(`outcome.${decision.outcome}`)}
        </Status>
        <span className="text-muted text-sm">{words.engine(decision)}</span>
      </div>
      <KeyValueList
        facts={[
          {
            name: t("who"),
            value: (
              <>
                {decision.principalName ? <bdi>{decision.principalName}</bdi> : null}{" "}
                <bdi dir="ltr" className="break-all text-muted">
                  {words.name(decision.principal)}
                </bdi>
              </>
            ),
          },
          { name: t("what"), value: <bdi dir="ltr">{words.name(decision.resource)}</bdi> },
          { name: t("when"), value: <Time at={decision.decidedAt} /> },
          { name: t("engine"), value: <bdi dir="ltr">{decision.engineVersion}</bdi> },
        ]}
      />
      <Section title={t("reasons")}>
        <ul className="flex list-disc flex-col gap-1 ps-5 text-sm">
          {decision.reasons.length + decision.errors.length === 0 ? (
            <li>{t("nothingPermits")}</li>
          ) : null}
          {decision.reasons.map((reason) => (
            <li key={reason.policyId}>
              <span dir="auto">{words.reason(reason)}</span>
              {reason.words === reason.policyId ? null : (
                <bdi dir="ltr" className="block break-all font-mono text-muted text-xs">
                  {reason.policyId}
                </bdi>
              )}
            </li>
          ))}
          {decision.errors.map((error) => (
            <li key={error} className="text-danger">
              <bdi dir="ltr" className="break-words">
                {error}
              </bdi>
            </li>
          ))}
        </ul>
      </Section>
      {decision.exchange ? <ExchangeSection exchange={decision.exchange} /> : null}
      <ReplayButton tenantId={tenantId} decisionId={decision.decisionId} />
      <WireText title={t("request")} text={decision.request} />
      <WireText title={t("entities")} text={decision.entities} />
      <KeyValueList
        facts={[
          { name: t("digest"), value: <Identifier value={decision.digest} ends={8} /> },
          { name: t("rules"), value: <Identifier value={decision.policySetDigest} ends={8} /> },
          { name: t("schema"), value: <Identifier value={decision.schemaDigest} ends={8} /> },
        ]}
      />
    </DetailPanel>
  );
}
