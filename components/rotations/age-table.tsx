"use client";
import { useFormatter, useTranslations } from "next-intl";
import type { AgeBar } from "./age-chart.tsx";

/** The histogram of ages as a table: the same numbers, for every reader. */
export function AgeTable({ bars, unknown }: { bars: readonly AgeBar[]; unknown: number }) {
  const t = useTranslations("rotations.ages");
  const format = useFormatter();
  const cell = (count: number) => <td className="py-1 text-end">{format.number(count)}</td>;
  return (
    <table className="w-full max-w-lg text-sm">
      <caption className="sr-only">{t("title")}</caption>
      <thead>
        <tr className="border-line border-b text-muted text-xs">
          <th scope="col" className="py-1 text-start font-medium">
            {t("age")}
          </th>
          <th scope="col" className="py-1 text-end font-medium">
            {t("within")}
          </th>
          <th scope="col" className="py-1 text-end font-medium">
            {t("over")}
          </th>
        </tr>
      </thead>
      <tbody>
        {bars.map((bar) => (
          <tr key={bar.label} className="border-line border-b">
            <th scope="row" className="py-1 text-start font-normal">
              {bar.label}
            </th>
            {cell(bar.within)}
            {cell(bar.over)}
          </tr>
        ))}
        <tr>
          <th scope="row" className="py-1 text-start font-normal">
            {t("unknown")}
          </th>
          {cell(unknown)}
          {cell(0)}
        </tr>
      </tbody>
    </table>
  );
}
