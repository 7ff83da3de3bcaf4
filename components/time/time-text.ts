import type { Locale } from "#components/i18n/locales.ts";

const UNITS: [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/** Latin digits in every language, so that times, ids and amounts line up. */
export function intlLocale(locale: Locale | string): string {
  return locale === "ar" ? "ar-u-nu-latn" : locale;
}

/** "in 3 days", "2 minutes ago": how far `at` is from `asOf`, in its largest whole unit. */
export function relativeTime(at: Date, asOf: Date, locale: string): string {
  const seconds = Math.round((at.getTime() - asOf.getTime()) / 1000);
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  const format = new Intl.RelativeTimeFormat(intlLocale(locale), { numeric: "auto" });
  return format.format(Math.trunc(seconds / size), unit);
}

function part(at: Date, zone: string, name: "shortOffset" | "short"): string {
  const parts = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: name });
  return parts.formatToParts(at).find((found) => found.type === "timeZoneName")?.value ?? "";
}

/** `2026-11-25 14:00:07`: the same order in every language, so that it can be compared and sorted. */
export function wallClock(at: Date, zone: string): string {
  return new Intl.DateTimeFormat("sv", {
    timeZone: zone,
    dateStyle: "short",
    timeStyle: "medium",
  }).format(at);
}

/** Names of zones that `Intl` knows by offset alone. */
const ZONE_NAMES: Record<string, string> = {
  "Asia/Muscat": "GST",
  "Asia/Dubai": "GST",
  "Asia/Riyadh": "AST",
  "Asia/Kuwait": "AST",
  "Asia/Qatar": "AST",
  "Asia/Bahrain": "AST",
};

/** `2026-11-25 14:00:07 GST (UTC+4)`: the instant on the wall clock of a zone, with the zone. */
export function absoluteTime(at: Date, zone: string): string {
  const offset = part(at, zone, "shortOffset").replace("GMT", "UTC").replace(/\+0$/, "");
  const short = ZONE_NAMES[zone] ?? part(at, zone, "short");
  const isNamed = !/^(GMT|UTC)/.test(short);
  return `${wallClock(at, zone)} ${isNamed ? `${short} (${offset})` : offset}`;
}

/** `54:09`, or `23:10:00` from an hour on. */
export function clockText(seconds: number, locale: string): string {
  const two = new Intl.NumberFormat(intlLocale(locale), { minimumIntegerDigits: 2 });
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => two.format(part));
  const hours = Math.floor(seconds / 3_600);
  return hours > 0 ? [two.format(hours), ...parts].join(":") : parts.join(":");
}
