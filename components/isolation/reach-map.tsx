"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { Time } from "#components/time/time.tsx";
import { cx } from "#components/ui/cx.ts";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { Section } from "#components/ui/section.tsx";
import type { Reach, ReachEdge, ReachPair } from "#server/features/isolation/views.ts";

/** Who can reach whom, and for a chosen pair which connections, why, and the rule that is missing. */
export function ReachMap({ reach }: { reach: Reach }) {
  const t = useTranslations("isolation");
  const [chosen, setChosen] = useState<string | null>(null);
  const whoOf = useWho();
  const isSeen = (who: string | null, side: "from" | "to") =>
    reach.pairs.some((pair) => pair[side] === who);
  const extras = ["unowned", null] as const;
  const froms = [...reach.tenants, ...extras.filter((who) => isSeen(who, "from"))];
  const tos = [...reach.tenants, ...extras.filter((who) => isSeen(who, "to"))];
  const pair = reach.pairs.find((each) => keyOf(each.from, each.to) === chosen);
  if (reach.pairs.length === 0 && reach.unknown.length === 0) {
    return <EmptyState title={t("reach.noneTitle")}>{t("reach.noneBody")}</EmptyState>;
  }
  return (
    <div className="flex flex-col gap-4">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section aria-label={t("reach.label")} tabIndex={0} className="overflow-x-auto">
        <table className="border-collapse text-sm">
          <caption className="sr-only">{t("reach.label")}</caption>
          <thead>
            <tr className="border-line border-b text-muted text-xs">
              <th scope="col" className="px-3 py-2 text-start font-medium">
                {t("reach.from")} ↓ · {t("reach.to")} →
              </th>
              {tos.map((to) => (
                <th key={to ?? ""} scope="col" className="px-3 py-2 text-start font-medium">
                  {whoOf(to)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {froms.map((from) => (
              <tr key={from ?? ""} className="border-line border-b last:border-b-0">
                <th scope="row" className="whitespace-nowrap px-3 py-1 text-start font-normal">
                  {whoOf(from)}
                </th>
                {tos.map((to) => (
                  <td key={to ?? ""} className="px-1.5 py-1 text-center">
                    <PairCell
                      reach={reach}
                      from={from}
                      to={to}
                      isChosen={chosen === keyOf(from, to)}
                      onChoose={() => setChosen(keyOf(from, to))}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {pair ? (
        <PairDetail pair={pair} />
      ) : reach.pairs.length > 0 ? (
        <p className="text-muted text-sm">{t("reach.choose")}</p>
      ) : null}
    </div>
  );
}

function keyOf(from: string | null, to: string | null): string {
  return JSON.stringify([from, to]);
}

function useWho() {
  const t = useTranslations("isolation");
  return (who: string | null) =>
    who === null ? t("anotherTenant") : who === "unowned" ? t("unowned") : who;
}

interface PairCellProps {
  reach: Reach;
  from: string | null;
  to: string | null;
  isChosen: boolean;
  onChoose: () => void;
}

function PairCell({ reach, from, to, isChosen, onChoose }: PairCellProps) {
  const t = useTranslations("isolation");
  const format = useFormatter();
  const whoOf = useWho();
  if (from === to) return <span className="text-muted">{t("reach.self")}</span>;
  const pair = reach.pairs.find((each) => each.from === from && each.to === to);
  if (pair) {
    const label = `${t("reach.pair", { from: whoOf(from), to: whoOf(to) })}: ${t("reach.count", { count: pair.count })}`;
    return (
      <button
        type="button"
        aria-label={label}
        aria-pressed={isChosen}
        data-tip={label}
        onClick={onChoose}
        className={cx(
          "min-h-8 min-w-12 rounded-md bg-danger-tint px-2 font-semibold text-danger tabular-nums hover:bg-hover",
          isChosen && "outline outline-2 outline-accent",
        )}
      >
        {format.number(pair.count)}
      </button>
    );
  }
  // Both sides have to be judged before "no connection" means anything.
  const isUnknown = [from, to].some((who) => who !== null && reach.unknown.includes(who));
  return isUnknown ? (
    <span className="text-unknown" data-tip={t("reach.unknown")}>
      ?<span className="sr-only">{t("reach.unknown")}</span>
    </span>
  ) : (
    <span className="text-muted" data-tip={t("reach.none")}>
      0<span className="sr-only">{t("reach.none")}</span>
    </span>
  );
}

function PairDetail({ pair }: { pair: ReachPair }) {
  const t = useTranslations("isolation");
  const whoOf = useWho();
  const hidden = pair.count - pair.edges.length;
  return (
    <Section
      look="card"
      title={t("reach.pair", { from: whoOf(pair.from), to: whoOf(pair.to) })}
      aside={t("reach.count", { count: pair.count })}
    >
      <ul className="flex flex-col divide-y divide-line">
        {pair.edges.map((edge) => (
          <li key={edge.edgeId} className="px-4 py-3">
            <EdgeProof edge={edge} />
          </li>
        ))}
      </ul>
      {hidden > 0 ? (
        <p className="px-4 pb-3 text-muted text-sm">{t("reach.more", { count: hidden })}</p>
      ) : null}
    </Section>
  );
}

/** One connection: what lets it through on each side that may be seen, and what would close it. */
function EdgeProof({ edge }: { edge: ReachEdge }) {
  const t = useTranslations("isolation");
  const sides = [
    { side: edge.from, direction: "egress" },
    { side: edge.to, direction: "ingress" },
  ] as const;
  const name = (side: ReachEdge["from"]) => side?.workload ?? t("reach.hidden");
  return (
    <div className="flex flex-col gap-2">
      <p dir="ltr" className="break-words text-start font-mono text-sm">
        {t("reach.edge", { from: name(edge.from), to: name(edge.to) })}
      </p>
      <KeyValueList
        facts={[
          { name: t("reach.ports"), value: <bdi dir="ltr">{edge.ports}</bdi> },
          ...sides.flatMap(({ side, direction }) =>
            side
              ? [
                  {
                    name: `${t("reach.because")} (${direction})`,
                    value:
                      side.allowedBy.kind === "policies" ? (
                        <bdi dir="ltr" className="font-mono">
                          {side.allowedBy.names.join(", ")}
                        </bdi>
                      ) : (
                        t("reach.notIsolated")
                      ),
                  },
                ]
              : [],
          ),
          {
            name: t("reach.closed"),
            value: sides
              .flatMap(({ side, direction }) =>
                side
                  ? [t("reach.mend", { namespace: side.workload.split("/")[0] ?? "", direction })]
                  : [],
              )
              .join(" "),
          },
          { name: t("reach.cluster"), value: <bdi dir="ltr">{edge.cluster}</bdi> },
          { name: t("reach.firstSeen"), value: <Time at={edge.firstSeenAt} /> },
        ]}
      />
    </div>
  );
}
