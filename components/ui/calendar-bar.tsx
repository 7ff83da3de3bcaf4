"use client";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { intlLocale } from "#components/time/time-text.ts";
import { cx } from "./cx.ts";

export interface CalendarDay {
  /** `YYYY-MM-DD`, in UTC. */
  day: string;
  count: number;
}

interface CalendarBarProps {
  label: string;
  /** Consecutive days, the first being today. */
  days: readonly CalendarDay[];
  /** Whether what is overdue counts on the first day. */
  isFirstLate?: boolean;
  /** Where a day leads; without it the bars are only looked at. */
  hrefOf?: (day: string) => string;
  /** The day that the list is narrowed to. */
  chosenDay?: string | null;
}

const STEP = 10;
const HEIGHT = 48;

function dayText(day: string, locale: string): string {
  const format = { day: "numeric", month: "short", timeZone: "UTC" } as const;
  return new Intl.DateTimeFormat(intlLocale(locale), format).format(new Date(`${day}T00:00:00Z`));
}

/** In proportion, but never too low to be seen. */
function barHeight(count: number, most: number): number {
  return Math.max(6, (count / most) * (HEIGHT - 6));
}

/** What is coming, a bar a day, with a table that says the same. */
export function CalendarBar(props: CalendarBarProps) {
  const { label, days, isFirstLate = false, hrefOf, chosenDay } = props;
  const t = useTranslations("common.calendar");
  const locale = useLocale();
  const most = Math.max(1, ...days.map((day) => day.count));
  const busy = days.filter((day) => day.count > 0);
  const width = days.length * STEP;
  const router = useRouter();
  // The table below says the same with links that a keyboard reaches.
  const goTo = (day: string) =>
    hrefOf ? () => router.replace(hrefOf(day), { scroll: false }) : undefined;
  return (
    <figure className="flex flex-col gap-1">
      <svg
        role="img"
        aria-label={`${label}. ${t("summary", { days: busy.length, total: busy.reduce((sum, day) => sum + day.count, 0) })}`}
        viewBox={`0 0 ${width} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="mirrored h-12 w-full"
      >
        {days.map(({ day, count }, index) => (
          // biome-ignore lint/a11y/noStaticElementInteractions: a second way for the mouse; links say the same below
          <g
            key={day}
            data-tip={t("day", { day: dayText(day, locale), count })}
            onClick={goTo(day)}
            className={hrefOf && "cursor-pointer"}
          >
            <rect
              x={index * STEP}
              width={STEP}
              height={HEIGHT}
              className={day === chosenDay ? "fill-selected" : "fill-transparent hover:fill-hover"}
            />
            <rect
              x={index * STEP + 1}
              y={HEIGHT - 2}
              width={STEP - 2}
              height="2"
              className="fill-line"
            />
            {count > 0 ? (
              <rect
                x={index * STEP + 1}
                width={STEP - 2}
                y={HEIGHT - 2 - barHeight(count, most)}
                height={barHeight(count, most)}
                className={cx(
                  "pointer-events-none",
                  isFirstLate && index === 0
                    ? "fill-danger"
                    : index < 7
                      ? "fill-due"
                      : "fill-accent",
                )}
              />
            ) : null}
          </g>
        ))}
      </svg>
      <div aria-hidden className="flex justify-between text-muted text-xs">
        {[0, 30, 60, days.length - 1].map((index) => {
          const day = days[index];
          return (
            <span key={index}>{day && index > 0 ? dayText(day.day, locale) : t("today")}</span>
          );
        })}
      </div>
      <details className="text-sm">
        <summary className="inline-flex min-h-6 items-center text-muted text-xs hover:text-text">
          {t("asTable")}
        </summary>
        <table className="mt-1 w-full max-w-md text-start">
          <caption className="sr-only">{label}</caption>
          <thead>
            <tr className="border-line border-b text-muted text-xs">
              <th scope="col" className="py-1 text-start font-medium">
                {t("dayColumn")}
              </th>
              <th scope="col" className="py-1 text-end font-medium">
                {t("countColumn")}
              </th>
            </tr>
          </thead>
          <tbody>
            {busy.map(({ day, count }) => (
              <tr key={day} className="border-line border-b">
                <td className="py-1">
                  {hrefOf ? (
                    <Link
                      href={hrefOf(day)}
                      scroll={false}
                      prefetch={false}
                      aria-current={day === chosenDay ? "true" : undefined}
                      className="text-accent underline"
                    >
                      {dayText(day, locale)}
                    </Link>
                  ) : (
                    dayText(day, locale)
                  )}
                </td>
                <td className="py-1 text-end">{count}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}
