"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useMemo } from "react";
import { MoreButton } from "#components/data-table/more-button.tsx";
import { useMorePages } from "#components/data-table/use-more-pages.ts";
import { DriftPages } from "#components/drift/drift-pages.tsx";
import { objectName } from "#components/drift/object-name.ts";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { usePageRefresh } from "#components/live/use-page-refresh.ts";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { Time } from "#components/time/time.tsx";
import { showToast } from "#components/toast/toast-store.ts";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import { Select } from "#components/ui/select.tsx";
import { useUrlVisit } from "#components/url/use-url-state.ts";
import type {
  Breakers,
  Policies,
  RemediationPage,
  RemediationView,
} from "#server/features/remediation/views.ts";
import { BreakerList } from "./breaker-list.tsx";
import { PolicyTable } from "./policy-table.tsx";
import { RemediationStateMark } from "./remediation-state.tsx";

interface RemediationScreenProps {
  tenantId: string;
  show: "open" | "all";
  page: RemediationPage;
  policies: Policies;
  breakers: Breakers;
  /** Whether the viewer has `runtime.remediations.manage`. */
  mayManage: boolean;
}

const REFRESH_MILLIS = 5_000;
const idOf = (item: RemediationView) => item.remediationId;

/** What is being remedied, what each rule's findings go through, and what kept coming back. */
export function RemediationScreen(props: RemediationScreenProps) {
  const { tenantId, show, page, policies, breakers, mayManage } = props;
  const t = useTranslations("remediation");
  usePageRefresh(true, REFRESH_MILLIS);
  return (
    <AsOfProvider at={page.asOf}>
      <PageHeader title={t("title")} asOf={page.asOf} actions={<RefreshButton />} />
      <DriftPages tenantId={tenantId} />
      <RemediationList tenantId={tenantId} show={show} page={page} />
      <Section look="card" title={t("breaker.title")}>
        <BreakerList tenantId={tenantId} breakers={breakers.breakers} mayManage={mayManage} />
      </Section>
      <Section look="card" title={t("policy.title")}>
        <PolicyTable tenantId={tenantId} policies={policies} mayManage={mayManage} />
      </Section>
    </AsOfProvider>
  );
}

function RemediationList({
  tenantId,
  show,
  page,
}: Pick<RemediationScreenProps, "tenantId" | "show" | "page">) {
  const t = useTranslations("remediation.list");
  const actions = useTranslations("remediation.action");
  const rules = useTranslations("drift.rule");
  const { visit } = useUrlVisit();
  const list = useMorePages({
    question: show,
    first: useMemo(() => ({ items: page.items, nextCursor: page.nextCursor }), [page]),
    idOf,
    fetchPage: async (cursor) => {
      const { consoleClient } = await import("#components/trpc/console-client.ts");
      return consoleClient(tenantId).remediation.list.query({ show, cursor });
    },
    onFailure: () => showToast({ tone: "danger", title: t("moreFailed") }),
  });
  return (
    <Section
      look="card"
      title={t("title")}
      aside={
        <Select
          aria-label={t("show")}
          value={show}
          onChange={(event) => visit({ show: event.target.value === "all" ? "all" : null })}
        >
          <option value="open">{t("open")}</option>
          <option value="all">{t("all")}</option>
        </Select>
      }
    >
      {list.items.length === 0 ? (
        <p className="px-4 py-3 text-muted text-sm">{t(show === "all" ? "none" : "noneOpen")}</p>
      ) : (
        <ul aria-label={t("label")}>
          {list.items.map((item) => (
            <li
              key={item.remediationId}
              className="flex flex-wrap items-baseline gap-x-4 gap-y-1 border-line border-b px-4 py-3 text-sm last:border-b-0"
            >
              <Link
                href={`/t/${tenantId}/drift?state=all&finding=${item.findingId}`}
                className="min-w-0 flex-1 basis-60 break-words font-medium hover:underline"
              >
                <bdi dir="ltr">{objectName(item.object)}</bdi>
              </Link>
              <span>{item.action ? actions(item.action) : rules(item.rule)}</span>
              <RemediationStateMark state={item.state} />
              <span className="text-muted">{item.proposedByName}</span>
              <Time at={item.updatedAt} className="text-muted" />
            </li>
          ))}
        </ul>
      )}
      {list.hasMore ? (
        <MoreButton label={t("more")} isLoading={list.isLoading} onPress={list.loadMore} />
      ) : null}
    </Section>
  );
}
