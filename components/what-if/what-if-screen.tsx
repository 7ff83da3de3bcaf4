"use client";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import type { Rules } from "#server/features/policy/schema.ts";

const RulesDraft = dynamic(async () => (await import("./rules-draft.tsx")).RulesDraft, {
  ssr: false,
});

const COMMAND = "npm run -s console -- policy what-if --draft DIR --last 1000";

/** A draft of the rules, tried on past decisions before it is published; and how that is done. */
export function WhatIfScreen({ tenantId, rules }: { tenantId: string; rules: Rules }) {
  const t = useTranslations("whatIf");
  return (
    <>
      <PageHeader
        title={t("title")}
        actions={
          <Link href={`/t/${tenantId}/decisions`} className="text-accent hover:underline">
            {t("back")}
          </Link>
        }
      />
      <p className="max-w-prose text-muted">{t("intro")}</p>
      <RulesDraft tenantId={tenantId} rules={rules} />
      <Section look="card" title={t("publish.title")}>
        <div className="flex max-w-prose flex-col gap-2 px-4 py-3 text-sm">
          <p>{t("publish.rules")}</p>
          <p className="text-muted">{t("publish.cli")}</p>
          <pre
            dir="ltr"
            className="whitespace-pre-wrap break-words rounded-md border border-line bg-sunken p-2 font-mono text-xs"
          >
            {COMMAND}
          </pre>
        </div>
      </Section>
    </>
  );
}
