"use client";
import { useFormatter, useTranslations } from "next-intl";
import { Status, type Tone } from "#components/ui/status.tsx";
import type { QuotaRow } from "#server/features/quotas/views.ts";
import { amountText } from "./amount.ts";
import { Sparkline } from "./sparkline.tsx";

const COLUMNS = ["resource", "declared", "hard", "used", "running", "share", "history"] as const;
/** From this part of a limit on it is about to be felt. */
const NEARLY = 0.9;

/** One tenant's quotas in one cluster: declared, enforced, used, and what its pods ask for. */
export function QuotaTable({ rows, label }: { rows: readonly QuotaRow[]; label: string }) {
  const t = useTranslations("quotas");
  const format = useFormatter();
  const cell = (row: QuotaRow, amount: number | null) =>
    amount === null ? (
      <span className="text-unknown">{t("unsaid")}</span>
    ) : (
      <bdi dir="ltr">{amountText(row.resource, amount)}</bdi>
    );
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      className="relative overflow-x-auto"
    >
      <table className="w-full text-sm">
        <caption className="sr-only">{label}</caption>
        <thead className="text-muted text-xs">
          <tr className="border-line border-b">
            {COLUMNS.map((name) => (
              <th key={name} scope="col" className="px-3 py-2 text-start font-medium">
                {t(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const remark = remarkOf(row);
            const part =
              row.allocatable && row.requested !== null ? row.requested / row.allocatable : null;
            return (
              <tr
                key={row.resource}
                className="border-line border-b last:border-b-0 align-top tabular-nums"
              >
                <th scope="row" className="px-3 py-2 text-start font-medium">
                  <bdi dir="ltr" className="font-mono">
                    {row.resource}
                  </bdi>
                  {row.unlimited > 0 ? (
                    <p className="font-normal text-muted text-xs">
                      {t("unlimited", { count: row.unlimited })}
                    </p>
                  ) : null}
                </th>
                <td className="px-3 py-2">{cell(row, row.declared)}</td>
                <td className="px-3 py-2">
                  {cell(row, row.hard)}
                  {remark ? (
                    <p>
                      <Status tone={remark.tone} look="plain">
                        {t(remark.text)}
                      </Status>
                    </p>
                  ) : null}
                </td>
                <td className="px-3 py-2">{cell(row, row.used)}</td>
                <td className="px-3 py-2">{cell(row, row.requested)}</td>
                <td className="px-3 py-2">
                  {part === null ? (
                    <span className="text-unknown">{t("unsaid")}</span>
                  ) : (
                    format.number(part, { style: "percent", maximumFractionDigits: 1 })
                  )}
                </td>
                <td className="px-3 py-2">
                  {row.history.length > 1 ? (
                    <Sparkline history={row.history} label={lineLabel(row)} />
                  ) : (
                    <span className="text-muted text-xs">{t("tooFew")}</span>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );

  function lineLabel(row: QuotaRow): string {
    const values = row.history.flatMap(({ used, requested }) => used ?? requested ?? []);
    const text = (value: number | undefined) => amountText(row.resource, value ?? 0);
    return t("historyOf", {
      resource: row.resource,
      tenant: row.tenant,
      first: text(values[0]),
      last: text(values.at(-1)),
      count: values.length,
    });
  }
}

function remarkOf(
  row: QuotaRow,
): { tone: Tone; text: "over" | "overDeclared" | "nearly" | "absent" } | null {
  const { declared, hard, used } = row;
  if (hard !== null && used !== null && used > hard) return { tone: "danger", text: "over" };
  if (declared !== null && hard === null) return { tone: "danger", text: "absent" };
  if (declared !== null && hard !== null && hard > declared)
    return { tone: "danger", text: "overDeclared" };
  if (hard !== null && used !== null && hard > 0 && used >= hard * NEARLY)
    return { tone: "due", text: "nearly" };
  return null;
}
