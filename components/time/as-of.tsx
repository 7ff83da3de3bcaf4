"use client";
import { createContext, type ReactNode, useContext } from "react";

const AsOfContext = createContext<Date | null>(null);

/** Says as of when the data below was true; relative times are counted from it. */
export function AsOfProvider({ at, children }: { at: Date; children: ReactNode }) {
  return <AsOfContext value={at}>{children}</AsOfContext>;
}

/** The instant that the data around was true at; throws outside of an `AsOfProvider`. */
export function useAsOf(): Date {
  const at = useContext(AsOfContext);
  if (!at) throw new Error("useAsOf needs an AsOfProvider above it");
  return at;
}
