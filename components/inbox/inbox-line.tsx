"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Time } from "#components/time/time.tsx";
import { Status } from "#components/ui/status.tsx";
import type { InboxItem } from "#server/features/inbox/schema.ts";
import { inboxHref } from "./inbox-href.ts";

const ENVIRONMENTS = ["dev", "test", "staging", "prod"] as const;

/** What an item is called: where a deployment goes, else what was asked. */
export function useInboxTitle(): (item: InboxItem) => string {
  const t = useTranslations("inbox");
  const deployments = useTranslations("deployments");
  return ({ kind, where, title, missing }) => {
    if (kind === "access-review") return t("accessReview", { count: missing });
    const environment = ENVIRONMENTS.find((each) => each === where?.environment);
    if (!where || !environment) return title;
    return deployments("card.where", {
      service: where.service,
      environment: deployments(`environment.${environment}`),
    });
  };
}

/** One thing that waits: what, who asked, since when, until when. The whole line leads to it. */
export function InboxLine({ tenantId, item }: { tenantId: string; item: InboxItem }) {
  const t = useTranslations("inbox");
  const titleOf = useInboxTitle();
  const { kind, by, since, dueAt, isExpiring } = item;
  return (
    <div className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 hover:bg-hover">
      <div className="min-w-0 flex-1 basis-52">
        <Link
          href={inboxHref(tenantId, item)}
          className="line-clamp-2 min-h-6 max-w-full break-words font-medium hover:underline"
        >
          {titleOf(item)}
        </Link>
        <p className="relative truncate text-muted text-sm">
          {t(`kind.${kind}`)} {" · "} {t("by", { name: by })} {" · "} <Time at={since} />
        </p>
      </div>
      <span className="flex items-center gap-2 text-muted text-sm">
        {isExpiring ? <Status tone="due">{t("soon")}</Status> : null}
        {dueAt ? (
          <span>
            {t("ends")} <Time at={dueAt} />
          </span>
        ) : null}
      </span>
    </div>
  );
}
