"use client";
import { createContext, type ReactNode, useContext } from "react";

const Count = createContext(1);

/** Tells what is below how many tenants the viewer may enter. */
export function ViewerTenants({ count, children }: { count: number; children: ReactNode }) {
  return <Count value={count}>{children}</Count>;
}

/** Whether there is something to compare tenants for. */
export function useSeesSeveralTenants(): boolean {
  return useContext(Count) > 1;
}
