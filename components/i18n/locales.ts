/** The languages of the console; the first is the fallback of every message. */
export const LOCALES = ["en", "ar"] as const;

export type Locale = (typeof LOCALES)[number];

/** Holds the chosen language; no secret, read by the server only. */
export const LOCALE_COOKIE = "console-locale";

/** The language a cookie names, or the fallback for anything else. */
export function localeOf(value: string | undefined): Locale {
  return LOCALES.find((locale) => locale === value) ?? LOCALES[0];
}

/** The writing direction of a language. */
export function directionOf(locale: Locale): "ltr" | "rtl" {
  return locale === "ar" ? "rtl" : "ltr";
}
