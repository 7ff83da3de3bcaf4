"use client";
import { useTranslations } from "next-intl";
import { useSyncExternalStore } from "react";
import { inboxCount, onInboxCount } from "./inbox-store.ts";

/** How many things wait, beside the inbox's name. */
export function InboxCount({ tenantId }: { tenantId: string }) {
  const t = useTranslations("shell.nav");
  const count = useSyncExternalStore(
    onInboxCount,
    () => inboxCount(tenantId),
    () => null,
  );
  if (!count) return null;
  return (
    <span className="ms-auto rounded-full bg-accent px-1.5 text-center font-semibold text-on-accent text-xs">
      <span aria-hidden>{count > 99 ? "99+" : count}</span>
      <span className="sr-only">{t("waiting", { count })}</span>
    </span>
  );
}
