"use client";
import { useTranslations } from "next-intl";
import type { RegionNode } from "#server/features/regions/schema.ts";
import { StoreStateMark } from "./store-state-mark.tsx";

const COLUMNS = ["node", "part", "healthy", "seal", "index", "lag"] as const;
const CELL = "whitespace-nowrap px-4 py-1.5 text-start";

/** The nodes of one region's cluster. What could not be learnt says so. */
export function RegionNodes({ label, nodes }: { label: string; nodes: readonly RegionNode[] }) {
  const t = useTranslations("regions");
  if (nodes.length === 0) return <p className="px-4 py-3 text-muted text-sm">{t("noNodes")}</p>;
  const orUnknown = (value: number | null) =>
    value ?? <span className="text-muted">{t("unknown")}</span>;
  return (
    <section
      aria-label={label}
      className="relative overflow-x-auto border-line border-t"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
    >
      <table className="w-full text-sm tabular-nums">
        <thead className="border-line border-b text-muted">
          <tr>
            {COLUMNS.map((name) => (
              <th key={name} scope="col" className={`${CELL} font-medium`}>
                {t(`columns.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {nodes.map((node) => (
            <tr key={node.id} className="border-line border-b last:border-b-0">
              <th scope="row" className={`${CELL} font-medium`}>
                <bdi dir="ltr">{node.id}</bdi>
              </th>
              <td className={CELL}>{t(partOf(node))}</td>
              <td className={CELL}>
                {node.isHealthy === null
                  ? orUnknown(null)
                  : t(node.isHealthy ? "healthy" : "unhealthy")}
              </td>
              <td className={CELL}>
                {node.state ? <StoreStateMark state={node.state} look="plain" /> : orUnknown(null)}
              </td>
              <td className={CELL}>{orUnknown(node.lastIndex)}</td>
              <td className={CELL}>{orUnknown(node.lagByIndex)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function partOf(node: RegionNode) {
  if (node.isLeader) return "part.leader";
  if (node.isVoter === null) return "part.unknown";
  return node.isVoter ? "part.voter" : "part.nonVoter";
}
