"use client";
import { useLocale, useTranslations } from "next-intl";
import { type PointerEvent, useRef, useState } from "react";
import { absoluteTime, intlLocale } from "#components/time/time-text.ts";
import { useZone } from "#components/time/use-zone.ts";

export interface HistogramView {
  from: Date;
  until: Date;
  barMillis: number;
  counts: number[];
}

interface EventHistogramProps {
  histogram: HistogramView;
  /** Takes the brushed time, the end exclusive. */
  onBrush: (from: Date, until: Date) => void;
}

const STEP = 10;
const HEIGHT = 56;

/** How the answer spreads over time. Drawing over bars zooms into them; so do the bars' buttons. */
export function EventHistogram({ histogram, onBrush }: EventHistogramProps) {
  const t = useTranslations("audit.search.histogram");
  const locale = useLocale();
  const frame = useRef<SVGSVGElement>(null);
  const [brush, setBrush] = useState<{ begin: number; end: number } | null>(null);
  const { counts, from, barMillis } = histogram;
  const most = Math.max(1, ...counts);
  const width = counts.length * STEP;
  const timeOf = (bar: number) => new Date(from.getTime() + bar * barMillis);
  const zone = useZone();
  const text = new Intl.DateTimeFormat(intlLocale(locale), {
    dateStyle: "medium",
    timeStyle: "short",
    timeZone: zone,
  } as const);
  /** `GST (UTC+4)`: what follows the clock. */
  const clock = absoluteTime(from, zone).slice(20);
  const number = new Intl.NumberFormat(intlLocale(locale));
  const barAt = (event: PointerEvent) => {
    const box = frame.current?.getBoundingClientRect();
    if (!box || counts.length === 0) return 0;
    const isMirrored = document.documentElement.dir === "rtl";
    const share = (event.clientX - box.left) / box.width;
    const place = Math.floor((isMirrored ? 1 - share : share) * counts.length);
    return Math.min(counts.length - 1, Math.max(0, place));
  };
  const chosen = brush
    ? { first: Math.min(brush.begin, brush.end), last: Math.max(brush.begin, brush.end) }
    : null;
  if (counts.length === 0) return null;
  return (
    <figure className="flex min-w-0 flex-col gap-1">
      <svg
        ref={frame}
        role="img"
        aria-label={t("label", {
          from: text.format(from),
          until: text.format(histogram.until),
          zone: clock,
          most: number.format(most),
        })}
        viewBox={`0 0 ${width} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="mirrored h-14 w-full cursor-crosshair touch-pan-y"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setBrush({ begin: barAt(event), end: barAt(event) });
        }}
        onPointerMove={(event) => brush && setBrush({ ...brush, end: barAt(event) })}
        onPointerCancel={() => setBrush(null)}
        onPointerUp={() => {
          if (chosen) onBrush(timeOf(chosen.first), timeOf(chosen.last + 1));
          setBrush(null);
        }}
      >
        {chosen ? (
          <rect
            x={chosen.first * STEP}
            width={(chosen.last + 1 - chosen.first) * STEP}
            height={HEIGHT}
            className="fill-selected"
          />
        ) : null}
        {counts.map((count, bar) => {
          const height = count === 0 ? 0 : Math.max(3, (count / most) * (HEIGHT - 2));
          return (
            <rect
              key={timeOf(bar).getTime()}
              x={bar * STEP + 1}
              y={HEIGHT - height}
              width={STEP - 2}
              height={height}
              className="fill-accent"
              data-tip={`${text.format(timeOf(bar))}: ${number.format(count)}`}
            />
          );
        })}
      </svg>
      <figcaption className="flex justify-between text-muted text-xs">
        <span>{text.format(from)}</span>
        <span>{text.format(new Date(histogram.until.getTime() - 1))}</span>
      </figcaption>
      <details className="text-sm">
        <summary className="w-fit cursor-pointer text-muted">{t("asTable")}</summary>
        <table className="mt-1 w-fit tabular-nums">
          <thead>
            <tr className="text-start text-muted">
              <th scope="col" className="pe-6 text-start font-normal">
                {t("begin", { zone: clock })}
              </th>
              <th scope="col" className="text-end font-normal">
                {t("events")}
              </th>
            </tr>
          </thead>
          <tbody>
            {counts.map((count, bar) =>
              count > 0 ? (
                <tr key={timeOf(bar).getTime()}>
                  <td className="pe-6">
                    <button
                      type="button"
                      className="min-h-6 text-accent hover:underline"
                      onClick={() => onBrush(timeOf(bar), timeOf(bar + 1))}
                    >
                      {text.format(timeOf(bar))}
                    </button>
                  </td>
                  <td className="text-end">{number.format(count)}</td>
                </tr>
              ) : null,
            )}
          </tbody>
        </table>
      </details>
    </figure>
  );
}
