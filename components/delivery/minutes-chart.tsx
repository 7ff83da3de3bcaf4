"use client";
import { useFormatter, useTranslations } from "next-intl";
import { ClockTime } from "#components/time/clock-time.tsx";
import type { SinkDetail } from "#server/features/delivery/schema.ts";

const MINUTES = 60;
const [BAR, HEIGHT] = [6, 48];

interface MinutesChartProps {
  minutes: SinkDetail["minutes"];
  asOf: Date;
}

/** Events delivered in each minute of the last hour, failed attempts marked; and the same as a table. */
export function MinutesChart({ minutes, asOf }: MinutesChartProps) {
  const t = useTranslations("delivery");
  const format = useFormatter();
  if (minutes.length === 0) return <p className="text-muted text-sm">{t("panel.minutesNone")}</p>;
  const most = Math.max(1, ...minutes.map(({ delivered }) => delivered));
  const last = Math.floor(asOf.getTime() / 60_000);
  const at = (when: Date) => MINUTES - 1 - (last - Math.floor(when.getTime() / 60_000));
  return (
    <>
      <svg
        role="img"
        aria-label={t("panel.minutesLabel")}
        viewBox={`0 0 ${MINUTES * BAR} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="h-12 w-full border-line border-b rtl:-scale-x-100"
      >
        {minutes.map(({ at: when, delivered, failures }) => {
          const height = delivered === 0 ? 0 : Math.max(2, (delivered / most) * (HEIGHT - 6));
          return (
            <g key={when.getTime()}>
              <rect
                x={at(when) * BAR + 1}
                width={BAR - 2}
                y={HEIGHT - height}
                height={height}
                className="fill-accent"
              />
              {failures > 0 ? (
                <rect
                  x={at(when) * BAR + 1}
                  width={BAR - 2}
                  y={0}
                  height={3}
                  className="fill-danger"
                />
              ) : null}
            </g>
          );
        })}
      </svg>
      <details className="text-sm">
        <summary className="cursor-pointer text-muted">{t("panel.minutesTable")}</summary>
        <table className="mt-2 w-full">
          <thead className="text-muted text-xs">
            <tr>
              <th className="text-start font-normal">{t("panel.minute")}</th>
              <th className="text-end font-normal">{t("panel.delivered")}</th>
              <th className="text-end font-normal">{t("panel.rejected")}</th>
              <th className="text-end font-normal">{t("panel.failures")}</th>
            </tr>
          </thead>
          <tbody>
            {minutes.toReversed().map((minute) => (
              <tr key={minute.at.getTime()}>
                <td>
                  <ClockTime at={minute.at} show="time" />
                </td>
                <td className="text-end">{format.number(minute.delivered)}</td>
                <td className="text-end">{format.number(minute.rejected)}</td>
                <td className="text-end">{format.number(minute.failures)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  );
}
