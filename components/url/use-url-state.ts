"use client";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { useCallback, useTransition } from "react";
import { withParams } from "./url-text.ts";

export type UrlPatch = Readonly<Record<string, string | null>>;

/**
 * The parameters of the URL, and a way to change some of them without asking the server.
 * `push` makes a step of the browser's history (opening a row); otherwise the entry is replaced.
 */
export function useUrlState() {
  const params = useSearchParams();
  const pathname = usePathname();
  const change = useCallback(
    (patch: UrlPatch, { push = false } = {}) => {
      const url = withParams(pathname, window.location.search, patch);
      if (push) window.history.pushState(null, "", url);
      else window.history.replaceState(null, "", url);
    },
    [pathname],
  );
  return { params, change };
}

/** Changes parameters that the server answers to, such as the filters of a log. */
export function useUrlVisit() {
  const router = useRouter();
  const pathname = usePathname();
  const [isPending, start] = useTransition();
  const visit = useCallback(
    (patch: UrlPatch) =>
      start(() =>
        router.replace(withParams(pathname, window.location.search, patch), { scroll: false }),
      ),
    [pathname, router],
  );
  return { visit, isPending };
}
