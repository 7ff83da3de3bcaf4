"use client";
import { useTranslations } from "next-intl";
import { Section } from "#components/ui/section.tsx";
import type { WhatIfView } from "#server/features/isolation/views.ts";
import type { ChangedEdge } from "#server/features/isolation/what-if-schema.ts";

type Answer = NonNullable<WhatIfView["answer"]>;
const SHOWN = 100;

/** What would be open, closed, or open on other ports; a neighbour is named to those who may know it. */
export function ChangedEdges({ answer }: { answer: Answer }) {
  const t = useTranslations("isolation.whatIf");
  const groups = [
    ["added", answer.edges.filter(({ before }) => before === null)],
    ["removed", answer.edges.filter(({ after }) => after === null)],
    ["changed", answer.edges.filter(({ before, after }) => before !== null && after !== null)],
  ] as const;
  if (answer.edges.length === 0) return <p className="text-sm">{t("nothing")}</p>;
  return (
    <div className="flex flex-col gap-4">
      {groups.map(([name, edges]) =>
        edges.length > 0 ? (
          <Section key={name} title={t(name)} aside={edges.length}>
            <ul className="flex flex-col gap-1.5">
              {edges.slice(0, SHOWN).map((edge) => (
                <Edge key={JSON.stringify(edge)} edge={edge} peers={answer.peers} />
              ))}
            </ul>
            {edges.length > SHOWN ? (
              <p className="text-muted text-sm">{t("leftOff", { count: edges.length - SHOWN })}</p>
            ) : null}
          </Section>
        ) : null,
      )}
      {answer.edgesLeftOff > 0 ? (
        <p className="text-muted text-sm">{t("leftOff", { count: answer.edgesLeftOff })}</p>
      ) : null}
    </div>
  );
}

function Edge({ edge, peers }: { edge: ChangedEdge; peers: Answer["peers"] }) {
  const t = useTranslations("isolation.whatIf");
  const words = useTranslations("isolation");
  const { own, direction, far, before, after, count, cluster } = edge;
  const name = far.text ?? (far.peer ? peers[far.peer] : undefined) ?? words("anotherTenant");
  const ports =
    before !== null && after !== null ? t("ports", { before, after }) : (after ?? before ?? "");
  return (
    <li className="flex flex-col text-sm">
      <span className="break-words font-mono text-xs">
        <bdi dir="ltr">{t(direction === "out" ? "edgeOut" : "edgeIn", { own, far: name })}</bdi>
      </span>
      <span className="flex flex-wrap gap-x-2 text-muted text-xs">
        <bdi dir="ltr">{ports}</bdi>
        <bdi dir="ltr">{cluster}</bdi>
        {count > 1 ? <span>{t("count", { count })}</span> : null}
      </span>
    </li>
  );
}
