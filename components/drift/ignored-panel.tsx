"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { FieldDifferences } from "#components/diff-viewer/field-differences.tsx";
import { problemOf } from "#components/problem/problem.ts";
import { ProblemState } from "#components/problem/problem-state.tsx";
import { ReasonDialog } from "#components/rotations/reason-dialog.tsx";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { Time } from "#components/time/time.tsx";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { LiveQueries } from "#components/trpc/live-queries.tsx";
import { Button } from "#components/ui/button.tsx";
import { DetailPanel } from "#components/ui/detail-panel.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { Section } from "#components/ui/section.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import type { Ignored } from "#server/features/drift/views.ts";
import { IgnoreForm } from "./ignore-form.tsx";
import { IgnoredWhat, IgnoredWhere, RuleState } from "./ignore-words.tsx";
import { objectName } from "./object-name.ts";

const EMPTY = {
  "in-force": "panel.none",
  trial: "panel.noneTrial",
  expired: "panel.over",
  retired: "panel.over",
} as const;

interface IgnoredPanelProps {
  tenantId: string;
  ruleId: string;
  /** Why the reader may change nothing; null when she may. */
  mayNot: string | null;
  onClose: () => void;
}

function IgnoredPanelBody({ tenantId, ruleId, mayNot, onClose }: IgnoredPanelProps) {
  const t = useTranslations("drift.ignored");
  const router = useRouter();
  const [asked, setAsked] = useState<"edit" | "end" | null>(null);
  const query = useInfiniteQuery({
    queryKey: [tenantId, "drift.ignored", ruleId],
    queryFn: ({ pageParam }): Promise<Ignored> =>
      consoleClient(tenantId).drift.ignored.query({
        ruleId,
        ...(pageParam ? { cursor: pageParam } : {}),
      }),
    initialPageParam: "",
    getNextPageParam: (last) => last.nextCursor,
  });
  const first = query.data?.pages[0];
  if (!first) {
    return (
      <DetailPanel kind={t("panel.kind")} title={t("panel.loading")} onClose={onClose}>
        {query.error ? (
          <ProblemState
            problem={problemOf(query.error)}
            scope="runtime.drift.read"
            onRetry={() => query.refetch()}
          />
        ) : (
          <Skeleton className="h-64" />
        )}
      </DetailPanel>
    );
  }
  const { rule } = first;
  const changed = () => {
    setAsked(null);
    query.refetch();
    router.refresh();
  };
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <AsOfProvider at={first.asOf}>
      <DetailPanel
        kind={t("panel.kind")}
        title={<IgnoredWhat spec={rule.spec} />}
        onClose={onClose}
        actions={
          rule.state === "retired" ? null : (
            <>
              <Button disabledReason={mayNot} onClick={() => setAsked("edit")}>
                {t("edit")}
              </Button>
              <Button disabledReason={mayNot} onClick={() => setAsked("end")}>
                {t("end")}
              </Button>
            </>
          )
        }
      >
        <div>
          <RuleState state={rule.state} />
        </div>
        <KeyValueList
          facts={[
            { name: t("columns.where"), value: <IgnoredWhere spec={rule.spec} /> },
            { name: t("columns.owner"), value: rule.owner },
            { name: t("columns.reason"), value: rule.reason },
            { name: t("columns.expires"), value: <Time at={rule.expiresAt} /> },
            { name: t("panel.savedBy"), value: rule.savedByName },
            { name: t("panel.version"), value: rule.version },
          ]}
        />
        <Section
          title={t(rule.state === "trial" ? "panel.wouldHide" : "panel.hidden")}
          aside={
            rule.state === "in-force" || rule.state === "trial"
              ? t("hides", { objects: rule.hides.objects, differences: rule.hides.differences })
              : null
          }
        >
          {items.length === 0 ? (
            <p className="text-muted text-sm">{t(EMPTY[rule.state])}</p>
          ) : (
            <ul className="flex flex-col gap-3">
              {items.map((item) => (
                <li
                  key={`${item.cluster} ${objectName(item.object)}`}
                  className="overflow-hidden rounded-lg border border-line"
                >
                  <p className="flex flex-wrap items-baseline gap-x-2 bg-sunken px-2 py-1 text-sm">
                    <bdi dir="ltr" className="min-w-0 break-words font-medium">
                      {objectName(item.object)}
                    </bdi>
                    <bdi dir="ltr" className="text-muted">
                      {item.cluster}
                    </bdi>
                    <span className="text-muted">
                      {t.rich("panel.since", { time: () => <Time key="at" at={item.since} /> })}
                    </span>
                  </p>
                  <FieldDifferences differences={item.differences} isInline />
                </li>
              ))}
            </ul>
          )}
          {query.hasNextPage ? (
            <div>
              <Button
                size="sm"
                isBusy={query.isFetchingNextPage}
                onClick={() => query.fetchNextPage()}
              >
                {t("panel.more")}
              </Button>
            </div>
          ) : null}
        </Section>
        <Section title={t("panel.versions")}>
          <ul className="flex flex-col divide-y divide-line text-sm">
            {first.versions.map((each) => (
              <li key={each.version} className="flex flex-col gap-0.5 py-2">
                <span className="flex flex-wrap gap-x-3">
                  <span className="font-medium">{t("panel.of", { version: each.version })}</span>
                  <Time at={each.savedAt} className="text-muted" />
                  <span className="text-muted">{each.savedByName}</span>
                </span>
                <bdi dir="ltr" className="break-words">
                  {each.spec.expression}
                </bdi>
                <span>{each.reason}</span>
                <Link
                  className="inline-flex min-h-6 items-center text-accent underline"
                  href={`/t/${tenantId}/audit?event=${each.eventId}`}
                >
                  {t("panel.event")}
                </Link>
              </li>
            ))}
          </ul>
        </Section>
      </DetailPanel>
      {asked === "edit" ? (
        <IgnoreForm
          tenantId={tenantId}
          rule={rule}
          onClose={() => setAsked(null)}
          onSaved={changed}
        />
      ) : null}
      {asked === "end" ? (
        <ReasonDialog
          title={t("endTitle")}
          does={<p className="text-sm">{t("endDoes", { count: rule.hides.objects })}</p>}
          confirm={t("endTitle")}
          look="primary"
          act={(reason) =>
            consoleClient(tenantId).drift.retireIgnoreRule.mutate({ ruleId, reason })
          }
          onClose={() => setAsked(null)}
          onDone={() => {
            showToast({ tone: "ok", title: t("ended") });
            changed();
          }}
        />
      ) : null}
    </AsOfProvider>
  );
}

/** One rule: what it says, what it hides now with the differences themselves, and its versions. */
export function IgnoredPanel(props: IgnoredPanelProps) {
  return (
    <LiveQueries>
      <IgnoredPanelBody {...props} />
    </LiveQueries>
  );
}
