"use client";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { BlockerList } from "#components/deployments/blocker-list.tsx";
import { useAct } from "#components/problem/use-act.ts";
import { Time } from "#components/time/time.tsx";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { Status } from "#components/ui/status.tsx";
import type { InboxItem } from "#server/features/inbox/schema.ts";
import { inboxHref } from "./inbox-href.ts";
import { useInboxTitle } from "./inbox-line.tsx";

const ACTION =
  "inline-flex h-9 items-center rounded-md border border-line-strong px-3 font-medium hover:bg-hover";

/** One thing that waits, with what blocks it and the way to decide it. */
export function InboxItemCard({ tenantId, item }: { tenantId: string; item: InboxItem }) {
  const t = useTranslations("inbox");
  const titleOf = useInboxTitle();
  const router = useRouter();
  const { isBusy, failure, run } = useAct();
  const { kind, where, by, since, dueAt, isExpiring, missing, blockers } = item;
  const title = titleOf(item);
  const isCounted = kind !== "mention" && kind !== "break-glass-review" && kind !== "access-review";
  return (
    <article className="flex min-w-0 flex-col gap-2 rounded-lg border border-line bg-raised p-4">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Status tone={kind === "break-glass-review" ? "danger" : "info"}>
          {t(`kind.${kind}`)}
        </Status>
        {isExpiring ? <Status tone="due">{t("soon")}</Status> : null}
        {dueAt ? (
          <span className="ms-auto text-muted text-sm">
            {t("ends")} <Time at={dueAt} />
          </span>
        ) : null}
      </header>
      <h2 className="break-words font-semibold text-base">
        <Link href={inboxHref(tenantId, item)} className="hover:underline">
          {title}
        </Link>
      </h2>
      {where ? <p className="line-clamp-3 break-words text-sm">{item.title}</p> : null}
      <p className="text-muted text-sm">
        {t("by", { name: by })} {" · "} <Time at={since} />
        {isCounted ? ` · ${t("missing", { count: missing })}` : null}
      </p>
      {kind === "break-glass-review" ? <p className="text-sm">{t("blocksNextUse")}</p> : null}
      {blockers.length > 0 ? <BlockerList card={{ blockers, state: "awaiting_approval" }} /> : null}
      {failure ? (
        <p role="alert" className="text-danger text-sm">
          {failure}
        </p>
      ) : null}
      <div className="flex flex-wrap gap-2">
        <Link href={inboxHref(tenantId, item)} className={ACTION}>
          {t(kind === "mention" ? "read" : "decide")}
          <span className="sr-only">{`: ${title}`}</span>
        </Link>
        {kind === "mention" ? (
          <Button
            isBusy={isBusy}
            onClick={() =>
              run(
                () => consoleClient(tenantId).inbox.markMentionRead.mutate({ commentId: item.id }),
                () => router.refresh(),
              )
            }
          >
            {t("markRead")}
          </Button>
        ) : null}
      </div>
    </article>
  );
}
