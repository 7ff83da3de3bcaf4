"use client";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { usePageRefresh } from "#components/live/use-page-refresh.ts";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { Button } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import { useUrlState } from "#components/url/use-url-state.ts";
import type { DeadLetterSummary, ReceivedOverview } from "#server/features/ingest/schema.ts";
import { DeadLetterList } from "./dead-letter-list.tsx";
import type { LetterState } from "./received-url.ts";
import { type Source, SourceList } from "./source-list.tsx";

const SourceForm = dynamic(async () => (await import("./source-form.tsx")).SourceForm, {
  ssr: false,
});
const DeadLetterPanel = dynamic(
  async () => (await import("./dead-letter-panel.tsx")).DeadLetterPanel,
  { ssr: false },
);

const REFRESH_MILLIS = 10_000;

interface ReceivedScreenProps {
  tenantId: string;
  overview: ReceivedOverview;
  letters: { items: readonly DeadLetterSummary[]; next: string | null };
  state: LetterState;
  mayManage: boolean;
}

/** Who tells the audit log what happens elsewhere, how much, and what of it was refused. */
export function ReceivedScreen(props: ReceivedScreenProps) {
  const { tenantId, overview, letters, state, mayManage } = props;
  const t = useTranslations("received");
  const { params, change } = useUrlState();
  const [form, setForm] = useState<{ source: Source | null } | null>(null);
  const opened = params.get("letter");
  usePageRefresh(form === null && opened === null, REFRESH_MILLIS);
  const whyNot = mayManage ? null : t("mayNot");
  const live = overview.sources.filter(({ retiredAt }) => retiredAt === null);
  const retired = overview.sources.filter(({ retiredAt }) => retiredAt !== null);
  return (
    <AsOfProvider at={overview.asOf}>
      <PageHeader
        title={t("title")}
        asOf={overview.asOf}
        actions={
          <>
            <Link
              href={`/t/${tenantId}/audit?q=${encodeURIComponent("type:runtime.received.*")}`}
              className="text-accent hover:underline"
            >
              {t("inLog")}
            </Link>
            <Button
              look="primary"
              disabledReason={whyNot}
              onClick={() => setForm({ source: null })}
            >
              {t("source.add")}
            </Button>
            <RefreshButton />
          </>
        }
      />
      <p className="max-w-prose text-muted text-sm">{t("about")}</p>
      {overview.sources.length === 0 ? (
        <EmptyState title={t("none")}>{t("noneBody")}</EmptyState>
      ) : (
        <Section look="card" title={t("sources")}>
          <SourceList
            sources={[...live, ...retired]}
            whyNot={whyNot}
            onChange={(source) => setForm({ source })}
          />
        </Section>
      )}
      <DeadLetterList
        tenantId={tenantId}
        waiting={overview.waiting}
        state={state}
        letters={letters}
        onOpen={(letter) => change({ letter }, { push: true })}
      />
      {form ? (
        <SourceForm
          tenantId={tenantId}
          source={form.source}
          isSovereign={overview.isSovereign}
          onClose={() => setForm(null)}
        />
      ) : null}
      {opened ? (
        <DeadLetterPanel
          key={opened}
          tenantId={tenantId}
          deadLetterId={opened}
          whyNot={whyNot}
          onClose={() => change({ letter: null })}
        />
      ) : null}
    </AsOfProvider>
  );
}
