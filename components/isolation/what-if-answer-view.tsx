"use client";
import { useTranslations } from "next-intl";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { Time } from "#components/time/time.tsx";
import { Identifier } from "#components/ui/identifier.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { Section } from "#components/ui/section.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { Status } from "#components/ui/status.tsx";
import type { WhatIfView } from "#server/features/isolation/views.ts";
import { CELL_TONE } from "./cell-tone.ts";
import { ChangedEdges } from "./changed-edges.tsx";
import { CopyText } from "./copy-text.tsx";
import { FactSentence } from "./fact-sentence.tsx";

/** The answer to a what-if: the proposal, if one was asked for, the cell before and after, what opens and closes. */
export function WhatIfAnswerView({ view }: { view: WhatIfView | null }) {
  const t = useTranslations("isolation.whatIf");
  const words = useTranslations("isolation");
  if (!view || view.state === "requested") {
    return (
      <div role="status" className="flex flex-col gap-2">
        <p className="text-muted text-sm">{t("waiting")}</p>
        <Skeleton className="h-4 w-64" />
        <Skeleton className="h-4 w-80" />
      </div>
    );
  }
  const { answer } = view;
  if (!answer) return <p className="text-danger text-sm">{t("failed")}</p>;
  const { before, after, proposal, policies } = answer;
  const named = (names: readonly string[]) => (
    <bdi dir="ltr" className="break-words font-mono text-xs">
      {names.join(", ")}
    </bdi>
  );
  const withPeer = (fact: (typeof after.violations)[number]) => {
    const { peer, ...rest } = fact;
    return peer === null ? rest : { ...rest, peer: answer.peers[peer] ?? null };
  };
  return (
    // Times are told as of the answer: the page itself may be older than the reading.
    <AsOfProvider at={view.answeredAt ?? view.askedAt}>
      <div className="flex flex-col gap-5">
        {answer.problems.length > 0 ? (
          <Section title={t("problems")}>
            <ul className="flex flex-col gap-1 text-sm text-unknown">
              {answer.problems.map(({ code, what, message = "" }) => (
                <li key={`${code} ${what}`} className="break-words">
                  {t(`problem.${code}`, { what: `\u2068${what}\u2069`, message })}
                </li>
              ))}
            </ul>
          </Section>
        ) : null}
        {proposal ? (
          <Section title={t("proposal")}>
            <Status tone={proposal.closes ? "ok" : "unknown"} look="plain" isSentence>
              {t(proposal.closes ? "closes" : "closesNot")}
            </Status>
            <CopyText text={proposal.yaml} label={t("proposal")} />
          </Section>
        ) : null}
        <p className="flex flex-wrap items-center gap-2 text-sm">
          {t("networkCell")}:
          <Status tone={CELL_TONE[after.state]}>
            {before.state === after.state
              ? t("same", { state: words(`state.${after.state}`) })
              : t("flips", {
                  before: words(`state.${before.state}`),
                  after: words(`state.${after.state}`),
                })}
          </Status>
        </p>
        <ChangedEdges answer={answer} />
        {after.violations.length > 0 ? (
          <Section title={t("violations")}>
            <ul className="flex flex-col gap-1 text-sm">
              {after.violations.map((fact, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: facts have no id, and their order is theirs
                <li key={at} className="break-words">
                  <FactSentence fact={withPeer(fact)} />
                </li>
              ))}
            </ul>
          </Section>
        ) : null}
        <KeyValueList
          facts={[
            ...(["added", "replaced", "removed"] as const).flatMap((of) =>
              policies[of].length > 0
                ? [
                    {
                      name: t(
                        (
                          {
                            added: "policiesAdded",
                            replaced: "policiesReplaced",
                            removed: "policiesRemoved",
                          } as const
                        )[of],
                      ),
                      value: named(policies[of]),
                    },
                  ]
                : [],
            ),
            ...answer.readings.map(({ cluster, digest, takenAt }) => ({
              name: t("readings"),
              value: (
                <span className="flex flex-wrap items-center gap-x-2">
                  <bdi dir="ltr">{cluster}</bdi>
                  {digest ? <Identifier value={digest} ends={6} /> : null}
                  {takenAt ? <Time at={new Date(takenAt)} /> : null}
                </span>
              ),
            })),
            { name: t("digest"), value: <Identifier value={answer.digest} ends={8} /> },
            { name: t("erased"), value: <Time at={view.eraseAt} /> },
          ]}
        />
      </div>
    </AsOfProvider>
  );
}
