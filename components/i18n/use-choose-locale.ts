"use client";
import { useRouter } from "next/navigation";
import { useCallback } from "react";
import { LOCALE_COOKIE, type Locale } from "./locales.ts";

const YEAR_SECONDS = 31_536_000;

/** Remembers a language on this browser and renders the page anew in it. */
export function useChooseLocale(): (locale: Locale) => Promise<void> {
  const router = useRouter();
  return useCallback(
    async (locale) => {
      await cookieStore.set({
        name: LOCALE_COOKIE,
        value: locale,
        path: "/",
        sameSite: "lax",
        expires: Date.now() + YEAR_SECONDS * 1000,
      });
      router.refresh();
    },
    [router],
  );
}
