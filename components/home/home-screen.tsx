"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { AuditRow } from "#components/audit/audit-row.ts";
import { useEventVerb } from "#components/audit/event-verb.ts";
import { OutcomeMark } from "#components/audit/outcome-mark.tsx";
import { InboxLine } from "#components/inbox/inbox-line.tsx";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import type { Problem } from "#components/problem/problem.ts";
import type { CredentialRow } from "#components/rotations/credential-row.ts";
import { StatusMark } from "#components/rotations/status-mark.tsx";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { Time } from "#components/time/time.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import type { GroupView } from "#server/features/drift/views.ts";
import type { InboxItem } from "#server/features/inbox/schema.ts";
import { DriftLine } from "./drift-line.tsx";
import { HomeList } from "./home-list.tsx";

/** What a section of Home got: its items, or why not; `null` when the reader's roles have no such part. */
export type Part<Item> =
  | null
  | { items: readonly Item[]; problem: null }
  | { items: null; problem: Problem };

interface HomeScreenProps {
  tenantId: string;
  asOf: Date;
  approvals: Part<InboxItem>;
  failed: Part<CredentialRow>;
  soon: Part<CredentialRow>;
  /** What is critical of it, by cause. */
  drift: Part<GroupView>;
  events: Part<AuditRow>;
}

const ROW = "flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 hover:bg-hover";

/** The shift's to-do: what waits for the reader, what failed, what is coming, what changed. */
export function HomeScreen({
  tenantId,
  asOf,
  approvals,
  failed,
  soon,
  drift,
  events,
}: HomeScreenProps) {
  const t = useTranslations("home");
  const verb = useEventVerb();
  const base = `/t/${tenantId}`;
  const credentialRow = (row: CredentialRow) => (
    <div className={ROW}>
      <Link
        href={`${base}/rotations?selected=${row.bindingId}`}
        className="min-w-0 flex-1 truncate font-medium hover:underline"
      >
        {row.name}
      </Link>
      {row.limitAt ? (
        <span className="text-muted text-sm">
          {t("limit")} <Time at={row.limitAt} />
        </span>
      ) : null}
      <StatusMark status={row.status} />
    </div>
  );
  return (
    <AsOfProvider at={asOf}>
      <PageHeader title={t("title")} asOf={asOf} actions={<RefreshButton />} />
      <div className="grid items-start gap-4 xl:grid-cols-2">
        {approvals ? (
          <HomeList
            {...approvals}
            title={t("waiting.title")}
            empty={t("waiting.empty")}
            scope="runtime.approvals.read"
            keyOf={(item) => `${item.kind}/${item.id}`}
            more={{ href: `${base}/inbox`, label: t("waiting.more") }}
            render={(item) => <InboxLine tenantId={tenantId} item={item} />}
          />
        ) : null}
        {drift && (drift.problem || drift.items.length > 0) ? (
          <HomeList
            {...drift}
            title={t("drift.title")}
            more={{ href: `${base}/drift`, label: t("drift.more") }}
            empty={t("drift.empty")}
            scope="runtime.drift.read"
            keyOf={({ groupId }) => groupId}
            render={(group) => <DriftLine tenantId={tenantId} group={group} />}
          />
        ) : null}
        {failed ? (
          <HomeList
            {...failed}
            title={t("failed.title")}
            more={{ href: `${base}/rotations`, label: t("failed.more") }}
            empty={t("failed.empty")}
            scope="runtime.secrets.read"
            keyOf={(row) => row.bindingId}
            render={credentialRow}
          />
        ) : null}
        {soon ? (
          <HomeList
            {...soon}
            title={t("soon.title")}
            more={{ href: `${base}/rotations?sort=next`, label: t("soon.more") }}
            empty={t("soon.empty")}
            scope="runtime.secrets.read"
            keyOf={(row) => row.bindingId}
            render={credentialRow}
          />
        ) : null}
        {events ? (
          <HomeList
            {...events}
            title={t("recent.title")}
            more={{ href: `${base}/audit`, label: t("recent.more") }}
            empty={t("recent.empty")}
            scope="runtime.audit.read"
            keyOf={(event) => event.eventId}
            render={(event) => (
              <div className={ROW}>
                <Link
                  href={`${base}/audit?event=${event.eventId}`}
                  className="min-w-0 flex-1 truncate font-medium hover:underline"
                >
                  {verb(event.type)}
                  {event.actorName ? (
                    <span className="font-normal text-muted">{` · ${event.actorName}`}</span>
                  ) : null}
                </Link>
                <Time at={event.recordedAt} className="text-muted text-sm" />
                <OutcomeMark outcome={event.outcome} />
              </div>
            )}
          />
        ) : null}
      </div>
      {approvals || failed || soon || events ? null : (
        <EmptyState title={t("nothingTitle")}>{t("nothingBody")}</EmptyState>
      )}
    </AsOfProvider>
  );
}
