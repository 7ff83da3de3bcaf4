"use client";
import { ThemeProvider as NextThemes } from "next-themes";
import type { ReactNode } from "react";

/** Chooses light or dark before the first paint; the nonce lets its small script run. */
export function ThemeProvider({
  nonce,
  children,
}: {
  nonce: string | undefined;
  children: ReactNode;
}) {
  return (
    <NextThemes attribute="data-theme" defaultTheme="system" enableSystem nonce={nonce}>
      {children}
    </NextThemes>
  );
}
