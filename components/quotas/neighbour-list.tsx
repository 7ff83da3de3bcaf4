"use client";
import { useFormatter, useTranslations } from "next-intl";
import { Time } from "#components/time/time.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Status } from "#components/ui/status.tsx";
import type { NeighbourRow } from "#server/features/quotas/views.ts";

/** Who crowds whom on shared nodes, the noisiest first. A stranger is nobody by name. */
export function NeighbourList({ neighbours }: { neighbours: readonly NeighbourRow[] }) {
  const t = useTranslations("quotas");
  const format = useFormatter();
  if (neighbours.length === 0) {
    return <EmptyState title={t("quiet")}>{t("quietBody")}</EmptyState>;
  }
  const percent = (value: number | null) =>
    value === null ? "?" : format.number(value / 100, { style: "percent" });
  return (
    <section
      aria-label={`${t("noisy")}, ${t("crowded")}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      className="relative overflow-x-auto"
    >
      <table className="w-full text-sm">
        <caption className="sr-only">{t("neighbours")}</caption>
        <thead className="text-muted text-xs">
          <tr className="border-line border-b">
            {(["noisy", "cause", "crowded", "pool", "since"] as const).map((name) => (
              <th key={name} scope="col" className="px-3 py-2 text-start font-medium">
                {t(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {neighbours.map((row) => (
            <tr key={row.crowdingId} className="border-line border-b last:border-b-0 align-top">
              <th scope="row" className="px-3 py-2 text-start font-medium">
                {row.noisy ? <bdi dir="ltr">{row.noisy}</bdi> : t("another")}
              </th>
              <td className="px-3 py-2">
                {t(`causes.${row.cause}`, {
                  resource: t(`measure.${row.resource === "memory" ? "memory" : "cpu"}`),
                  pods: row.pods,
                  share: percent(row.sharePercent),
                })}
              </td>
              <td className="px-3 py-2">
                {row.crowded.length > 0 ? (
                  <bdi dir="ltr">{row.crowded.join(", ")}</bdi>
                ) : (
                  t("another")
                )}
              </td>
              <td className="px-3 py-2">
                <bdi dir="ltr">
                  {row.cluster}
                  {row.pool ? ` / ${row.pool}` : ""}
                </bdi>
                {row.pool ? null : <span className="text-muted"> {t("noPool")}</span>}
              </td>
              <td className="px-3 py-2">
                <Time at={row.since} />{" "}
                {row.isTold ? (
                  <span data-tip={t("told")}>
                    <Status tone="due">{t("lasting")}</Status>
                  </span>
                ) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
