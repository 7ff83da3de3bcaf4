"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useDecisionWords } from "#components/decisions/decision-words.ts";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { Time } from "#components/time/time.tsx";
import { Identifier } from "#components/ui/identifier.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { Section } from "#components/ui/section.tsx";
import { Status, type Tone } from "#components/ui/status.tsx";
import type { WhatIf } from "#server/features/policy/schema.ts";

type Trial = NonNullable<WhatIf["trial"]>;
type Change = Trial["changesShown"][number];
const TONES: Record<keyof Trial["counts"], Tone> = {
  same: "ok",
  "allow-to-deny": "danger",
  "deny-to-allow": "due",
  "reasons-changed": "info",
  unknown: "unknown",
};
const KINDS = Object.keys(TONES) as (keyof Trial["counts"])[];

/** What a draft would have changed: counted, and the newest changes one by one. */
export function TrialResult({ tenantId, found }: { tenantId: string; found: WhatIf }) {
  const t = useTranslations("whatIf.result");
  const { trial, taken } = found;
  if (!trial) return null;
  const hidden = trial.changed - trial.changesShown.length;
  return (
    <AsOfProvider at={found.asOf}>
      <Section look="card" title={t("title")} aside={t("judged", { judged: trial.judged })}>
        <div role="status" className="flex flex-col gap-3 px-4 py-3">
          {taken === 0 ? <p>{t("noDecisions")}</p> : null}
          {taken > 0 && trial.changed === 0 ? <p className="font-medium">{t("none")}</p> : null}
          {trial.isComplete ? null : (
            <p className="text-danger">{t("cut", { judged: trial.judged, taken })}</p>
          )}
          <ul className="flex flex-wrap gap-x-6 gap-y-2">
            {KINDS.map((kind) => (
              <li key={kind} className="flex items-baseline gap-2">
                <span className="font-semibold text-lg tabular-nums">{trial.counts[kind]}</span>
                <Status tone={TONES[kind]} look="plain">
                  {t(`kind.${kind}`)}
                </Status>
              </li>
            ))}
          </ul>
          <KeyValueList
            facts={[
              { name: t("digest"), value: <Identifier value={trial.digest} ends={8} /> },
              { name: t("set"), value: <Identifier value={trial.policySetDigest} ends={8} /> },
              { name: t("schema"), value: <Identifier value={trial.schemaDigest} ends={8} /> },
            ]}
          />
        </div>
        <ul>
          {trial.changesShown.map((change) => (
            <ChangeRow key={change.decisionId} tenantId={tenantId} change={change} />
          ))}
        </ul>
        {hidden > 0 ? (
          <p className="border-line border-t px-4 py-2 text-muted text-sm">
            {t("more", { count: hidden })}
          </p>
        ) : null}
      </Section>
    </AsOfProvider>
  );
}

function ChangeRow({ tenantId, change }: { tenantId: string; change: Change }) {
  const t = useTranslations("whatIf.result");
  const why = useTranslations("whatIf.why");
  const outcome = useTranslations("decisions.outcome");
  const words = useDecisionWords();
  const known = (change.why ?? "no-request") as "no-request";
  return (
    <li className="flex flex-col gap-1 border-line border-t px-4 py-2 text-sm">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Status tone={TONES[change.kind]}>{t(`kind.${change.kind}`)}</Status>
        <Link
          href={`/t/${tenantId}/decisions?selected=${change.decisionId}`}
          className="min-w-0 break-words font-medium hover:underline"
        >
          <bdi dir="ltr">{words.name(change.principal)}</bdi>
          {" · "}
          {words.act(change.action)}
        </Link>
        <Time at={change.decidedAt} className="ms-auto text-muted" />
      </div>
      {(["before", "after"] as const).map((side) => {
        const verdict = change[side];
        return (
          <p key={side} className="break-words text-muted">
            {t(side)}:{" "}
            {verdict ? (
              <>
                {outcome(verdict.outcome)}
                {" – "}
                <span dir="auto">
                  {[...verdict.reasons.map(words.reason), ...verdict.errors].join(" ") ||
                    t("nothingPermits")}
                </span>
              </>
            ) : why.has(known) ? (
              why(known)
            ) : (
              known
            )}
          </p>
        );
      })}
    </li>
  );
}
