import type { QuotaRow } from "#server/features/quotas/views.ts";

const WIDTH = 96;
const HEIGHT = 20;

interface SparklineProps {
  history: QuotaRow["history"];
  /** What the line says, in words: its table twin. */
  label: string;
}

/** How much was used, or asked for where nobody counts, over the last samples. Drawn by attributes alone. */
export function Sparkline({ history, label }: SparklineProps) {
  const values = history.flatMap(({ used, requested }) => used ?? requested ?? []);
  const most = Math.max(...values, ...history.flatMap(({ hard }) => hard ?? []), 0);
  if (values.length < 2 || most === 0) return null;
  const points = values
    .map((value, at) => {
      const x = (at / (values.length - 1)) * WIDTH;
      const y = HEIGHT - 1 - (value / most) * (HEIGHT - 2);
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(" ");
  return (
    <svg
      role="img"
      aria-label={label}
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      className="text-accent"
    >
      <polyline points={points} fill="none" stroke="currentColor" strokeWidth="1.5" />
    </svg>
  );
}
