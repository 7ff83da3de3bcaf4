"use client";
import { useRouter } from "next/navigation";
import { useEffect } from "react";

/**
 * Renders the page's data anew every so often while `isActive`, and when the tab is looked at
 * again. Nothing is asked while the tab is hidden.
 */
export function usePageRefresh(isActive: boolean, everyMillis = 2_000): void {
  const router = useRouter();
  useEffect(() => {
    if (!isActive) return;
    const refresh = () => {
      if (document.visibilityState === "visible") router.refresh();
    };
    const timer = setInterval(refresh, everyMillis);
    document.addEventListener("visibilitychange", refresh);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", refresh);
    };
  }, [isActive, everyMillis, router]);
}
