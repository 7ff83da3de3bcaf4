"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useSyncExternalStore } from "react";
import { consoleClient } from "#components/trpc/console-client.ts";
import { inboxCount, onInboxCount, tellInboxCount } from "./inbox-store.ts";
import { notifyState } from "./notify-choice.ts";
import { showOnTab } from "./tab-badge.ts";

const EVERY_MILLIS = 20_000;

/**
 * Asks now and then what waits, for the count in the navigation, the tab's title and the icon's badge;
 * and tells of what is new where the reader has asked for it. Shows nothing itself.
 */
export function InboxWatch({ tenantId }: { tenantId: string }) {
  const t = useTranslations("inbox");
  const router = useRouter();
  const count = useSyncExternalStore(
    onInboxCount,
    () => inboxCount(tenantId),
    () => null,
  );
  const seen = useRef<Set<string> | null>(null);
  // Words and router may be others after each refresh of the page; the watch goes on.
  const words = useRef(t);
  const route = useRef(router);
  words.current = t;
  route.current = router;

  useEffect(() => showOnTab(count ?? 0), [count]);

  useEffect(() => {
    let isStopped = false;
    seen.current = null;
    async function look() {
      const { items } = await consoleClient(tenantId).inbox.list.query({ isBrief: true });
      if (isStopped) return;
      tellInboxCount(tenantId, items.length);
      const before = seen.current;
      seen.current = new Set(items.map(({ kind, id }) => `${kind}/${id}`));
      // What waited already when the page was opened is no news.
      if (!before || notifyState() !== "on") return;
      for (const { kind, id, by } of items.filter(
        (each) => !before.has(`${each.kind}/${each.id}`),
      )) {
        // Others may see a notification: it names the kind and who, and no more.
        const told = new Notification(words.current(`news.${kind}`), {
          body: words.current("by", { name: by }),
          tag: id,
        });
        told.onclick = () => {
          window.focus();
          route.current.push(`/t/${tenantId}/inbox`);
          told.close();
        };
      }
    }
    // Nobody answering is told by the pages themselves; the count stays as it was.
    const lookQuietly = () => void look().catch(() => undefined);
    lookQuietly();
    const timer = setInterval(lookQuietly, EVERY_MILLIS);
    document.addEventListener("visibilitychange", lookQuietly);
    return () => {
      isStopped = true;
      clearInterval(timer);
      document.removeEventListener("visibilitychange", lookQuietly);
    };
  }, [tenantId]);
  return null;
}
