/** Names of the ISO days 1 (Monday) to 7, short, in a language. */
export function dayNames(locale: string): readonly string[] {
  const format = new Intl.DateTimeFormat(locale, { weekday: "short", timeZone: "UTC" });
  // 5 January 1970 was a Monday.
  return Array.from({ length: 7 }, (_, at) => format.format(new Date((at + 4) * 86_400_000)));
}
