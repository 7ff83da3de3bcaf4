import { intlLocale } from "./time-text.ts";

const UNITS: [unit: string, seconds: number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/** "90 days", "4 min": a length of time in its largest whole unit, rounded down. */
export function durationText(seconds: number, locale: string): string {
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return new Intl.NumberFormat(intlLocale(locale), {
    style: "unit",
    unit,
    unitDisplay: unit === "day" ? "long" : "short",
  }).format(Math.trunc(seconds / size));
}
