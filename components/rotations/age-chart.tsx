"use client";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import {
  Bar,
  BarChart,
  CartesianGrid,
  Legend,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";

export interface AgeBar {
  /** The ages that it counts. */
  label: string;
  within: number;
  over: number;
}

const TEXT = { fill: "var(--muted)", fontSize: 12 };

/** A stacked bar for each span of ages; to a screen reader one picture with its summary. */
export function AgeChart({ bars, label }: { bars: readonly AgeBar[]; label: string }) {
  const t = useTranslations("rotations.ages");
  const format = useFormatter();
  const isRtl = useLocale() === "ar";
  const number = (value: unknown) => format.number(Number(value));
  return (
    <div role="img" aria-label={label} className="h-56 w-full min-w-0">
      <ResponsiveContainer width="100%" height="100%">
        {/* Not a stop of the keyboard: the table says the same, and can be read. */}
        <BarChart
          data={[...bars]}
          accessibilityLayer={false}
          margin={{ top: 8, right: 8, bottom: 0, left: 8 }}
        >
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis
            dataKey="label"
            reversed={isRtl}
            tick={TEXT}
            tickLine={false}
            axisLine={{ stroke: "var(--line-strong)" }}
            interval="preserveStartEnd"
          />
          <YAxis
            orientation={isRtl ? "right" : "left"}
            tick={TEXT}
            tickLine={false}
            axisLine={false}
            allowDecimals={false}
            width={48}
            tickFormatter={number}
          />
          <Tooltip
            cursor={{ fill: "var(--hover)" }}
            formatter={number}
            isAnimationActive={false}
            contentStyle={{
              background: "var(--raised)",
              border: "1px solid var(--line)",
              borderRadius: 8,
              color: "var(--ink)",
            }}
            itemStyle={{ color: "var(--ink)" }}
          />
          <Legend
            align={isRtl ? "right" : "left"}
            iconType="square"
            itemSorter={null}
            formatter={(value) => <span className="mx-1 text-sm text-text">{value}</span>}
          />
          <Bar
            dataKey="within"
            name={t("within")}
            stackId="age"
            fill="var(--accent)"
            isAnimationActive={false}
          />
          <Bar
            dataKey="over"
            name={t("over")}
            stackId="age"
            fill="var(--danger)"
            isAnimationActive={false}
          />
        </BarChart>
      </ResponsiveContainer>
    </div>
  );
}
