"use client";
import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { isConsoleReachable } from "./is-console-reachable.ts";

/**
 * Renders the page's data anew every so often while `isActive`, and when the tab is looked at
 * again. Nothing is asked while the tab is hidden; what was loaded stays while nobody answers.
 */
export function usePageRefresh(isActive: boolean, everyMillis = 2_000): void {
  const router = useRouter();
  useEffect(() => {
    if (!isActive) return;
    let isStopped = false;
    const refresh = async () => {
      if (document.visibilityState !== "visible") return;
      if ((await isConsoleReachable()) && !isStopped) router.refresh();
    };
    const timer = setInterval(refresh, everyMillis);
    document.addEventListener("visibilitychange", refresh);
    return () => {
      isStopped = true;
      clearInterval(timer);
      document.removeEventListener("visibilitychange", refresh);
    };
  }, [isActive, everyMillis, router]);
}
