"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { cx } from "#components/ui/cx.ts";
import { EmptyState } from "#components/ui/empty-state.tsx";
import type { Reach, ReachPair } from "#server/features/isolation/views.ts";
import { PairDetail } from "./pair-detail.tsx";
import { useWho } from "./use-who.ts";

/** From this many tenants on, those without any connection are left out until somebody asks for them. */
const MANY = 20;

interface ReachMapProps {
  tenantId: string;
  reach: Reach;
}

/** Who can reach whom, and for a chosen pair which connections, why, and the rule that is missing. */
export function ReachMap({ tenantId, reach }: ReachMapProps) {
  const t = useTranslations("isolation");
  const [chosen, setChosen] = useState<string | null>(null);
  const whoOf = useWho();
  const isSeen = (who: string | null, side: "from" | "to") =>
    reach.pairs.some((pair) => pair[side] === who);
  const extras = ["unowned", null] as const;
  const [isShort, setShort] = useState(reach.tenants.length >= MANY);
  const touched = new Set(reach.pairs.flatMap(({ from, to }) => [from, to]));
  const tenants = isShort ? reach.tenants.filter((each) => touched.has(each)) : reach.tenants;
  const hidden = reach.tenants.length - tenants.length;
  const froms = [...tenants, ...extras.filter((who) => isSeen(who, "from"))];
  const tos = [...tenants, ...extras.filter((who) => isSeen(who, "to"))];
  const pairs = new Map(reach.pairs.map((each) => [keyOf(each.from, each.to), each]));
  const most = Math.max(1, ...reach.pairs.map(({ count }) => count));
  const pair = chosen === null ? undefined : pairs.get(chosen);
  if (reach.pairs.length === 0 && reach.unknown.length === 0) {
    return <EmptyState title={t("reach.noneTitle")}>{t("reach.noneBody")}</EmptyState>;
  }
  return (
    <div className="flex flex-col gap-4">
      {reach.leftOff.map(({ tenant, count }) => (
        <p key={tenant} className="text-sm text-unknown">
          {t("reach.leftOff", { tenant, count })}
        </p>
      ))}
      {reach.tenants.length >= MANY ? (
        <label className="flex items-center gap-2 text-sm">
          <input
            type="checkbox"
            checked={isShort}
            onChange={(event) => setShort(event.target.checked)}
          />
          {t("reach.onlySeen")}
          {hidden > 0 ? (
            <span className="text-muted">({t("reach.hidden-tenants", { count: hidden })})</span>
          ) : null}
        </label>
      ) : null}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section aria-label={t("reach.label")} tabIndex={0} className="relative overflow-x-auto">
        <table className="border-collapse text-sm">
          <caption className="sr-only">{t("reach.label")}</caption>
          <thead>
            <tr className="border-line border-b text-muted text-xs">
              <th scope="col" className="px-3 py-2 text-start font-medium">
                {t("reach.from")} ↓ · {t("reach.to")}{" "}
                <span className="inline-block rtl:-scale-x-100">→</span>
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
                      unknown={reach.unknown}
                      pair={pairs.get(keyOf(from, to))}
                      most={most}
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
      {reach.unknown.length > 0 ? (
        <p className="max-w-prose text-muted text-sm">{t("reach.unknownNote")}</p>
      ) : null}
      {pair ? (
        <PairDetail key={chosen} tenantId={tenantId} environment={reach.environment} pair={pair} />
      ) : reach.pairs.length > 0 ? (
        <p className="text-muted text-sm">{t("reach.choose")}</p>
      ) : null}
    </div>
  );
}

function keyOf(from: string | null, to: string | null): string {
  return JSON.stringify([from, to]);
}

interface PairCellProps {
  unknown: readonly string[];
  pair: ReachPair | undefined;
  /** The largest count of the map: what the heat is measured by. */
  most: number;
  from: string | null;
  to: string | null;
  isChosen: boolean;
  onChoose: () => void;
}

/** Few, some, many: the number itself is always there. */
const HEAT = [
  "bg-danger-tint text-danger",
  "bg-danger-tint text-danger ring-1 ring-danger ring-inset",
  "bg-danger text-on-accent",
] as const;

function heatOf(count: number, most: number): string {
  if (count === most) return HEAT[2];
  return count * 4 >= most ? HEAT[1] : HEAT[0];
}

function PairCell({ unknown, pair, most, from, to, isChosen, onChoose }: PairCellProps) {
  const t = useTranslations("isolation");
  const format = useFormatter();
  const whoOf = useWho();
  if (from === to) return <span className="text-muted">{t("reach.self")}</span>;
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
          "min-h-8 min-w-12 rounded-md px-2 font-semibold tabular-nums hover:opacity-80",
          heatOf(pair.count, most),
          isChosen && "outline outline-2 outline-accent",
        )}
      >
        {format.number(pair.count)}
      </button>
    );
  }
  // Both sides have to be judged before "no connection" means anything.
  const isUnknown = [from, to].some((who) => who !== null && unknown.includes(who));
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
