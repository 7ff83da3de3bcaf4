"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { problemOf } from "#components/problem/problem.ts";
import { ProblemState } from "#components/problem/problem-state.tsx";
import { Time } from "#components/time/time.tsx";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { Section } from "#components/ui/section.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { Status } from "#components/ui/status.tsx";
import { CompletionList } from "./completion-list.tsx";
import type { CredentialSectionProps } from "./credential-sections.ts";
import { ManualReportDialog } from "./manual-report-dialog.tsx";

/** How a credential is changed by hand, by when, and what was said to be done; no value is asked for. */
export function ManualSection({ tenantId, detail, onDone }: CredentialSectionProps) {
  const t = useTranslations("rotations.byHand");
  const { bindingId, name } = detail.binding;
  const [isReporting, setReporting] = useState(false);
  const query = useQuery({
    queryKey: [tenantId, "rotation.manual", bindingId],
    queryFn: () => consoleClient(tenantId).rotation.manual.query({ bindingId }),
  });
  const changed = () => {
    query.refetch();
    onDone();
  };
  if (query.error) {
    return (
      <Section title={t("title")}>
        <ProblemState
          problem={problemOf(query.error)}
          scope="runtime.secrets.read"
          onRetry={() => query.refetch()}
        />
      </Section>
    );
  }
  const work = query.data?.work;
  if (!work) return query.isPending ? <Skeleton className="h-40" /> : null;
  const isWaiting = work.completions.some(({ state }) => state === "awaiting_confirmation");
  const facts = [
    {
      name: t("due"),
      value: work.dueAt ? (
        <span className="inline-flex flex-wrap items-center gap-2">
          <Time at={work.dueAt} />
          {work.isOverdue ? <Status tone="danger">{t("overdue")}</Status> : null}
        </span>
      ) : (
        t("dueUnknown")
      ),
    },
    { name: t("interval"), value: t("everyDays", { days: work.intervalDays }) },
    { name: t("owner"), value: <bdi>{work.owner}</bdi> },
    {
      name: t("confirmedBy"),
      value: work.confirmers.length > 0 ? work.confirmers.join(", ") : t("nobody"),
    },
  ];
  return (
    <Section title={t("title")}>
      <KeyValueList facts={facts} />
      <h3 className="mt-1 font-medium text-sm">{t("instructions")}</h3>
      <p dir="auto" className="whitespace-pre-line rounded-md bg-sunken px-3 py-2 text-sm">
        {work.instructions}
      </p>
      <div>
        <Button
          look="primary"
          disabledReason={isWaiting ? t("waits") : null}
          onClick={() => setReporting(true)}
        >
          {t("report")}
        </Button>
      </div>
      <CompletionList tenantId={tenantId} completions={work.completions} onChanged={changed} />
      {isReporting ? (
        <ManualReportDialog
          tenantId={tenantId}
          bindingId={bindingId}
          name={name}
          confirmers={work.confirmers}
          onClose={() => setReporting(false)}
          onDone={() => {
            setReporting(false);
            changed();
          }}
        />
      ) : null}
    </Section>
  );
}
