"use client";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Time } from "#components/time/time.tsx";
import { Button } from "#components/ui/button.tsx";
import { Section } from "#components/ui/section.tsx";
import { Status } from "#components/ui/status.tsx";
import type { RetentionOverview } from "#server/features/retention/views.ts";
import { useLawSource } from "./law-source.ts";
import type { RetentionSectionProps } from "./retention-screen.tsx";
import { ScrollingTable } from "./scrolling-table.tsx";

const TermForm = dynamic(async () => (await import("./term-form.tsx")).TermForm, { ssr: false });

const COLUMNS = ["class", "term", "least", "nextEnd"] as const;

/** Each class of events with its term, the least that the law asks, and when its oldest key ends. */
export function ClassesSection({ tenantId, overview }: RetentionSectionProps) {
  const t = useTranslations("retention");
  const sourceWords = useLawSource();
  const router = useRouter();
  const [changing, setChanging] = useState<RetentionOverview["classes"][number] | null>(null);
  const blocked = overview.mayManage ? null : t("mayNot");
  const columns = [
    ...COLUMNS.map((name) => ({ name, words: t(name) })),
    { name: "change", words: t("change") },
  ];
  return (
    <Section look="card" title={t("classesTitle")}>
      <ScrollingTable label={t("classTable")} columns={columns}>
        {overview.classes.map((each) => (
          <tr key={each.class} className="border-line border-b align-top last:border-b-0">
            <th scope="row" className="px-3 py-2 text-start font-medium">
              {t(`classes.${each.class}`)}
            </th>
            <td className="px-3 py-2 tabular-nums">
              {t("days", { days: each.days })}
              <p className="text-muted text-xs">
                {each.isDefault ? t("default") : t("savedBy", { name: each.savedBy ?? "" })}
              </p>
            </td>
            <td className="px-3 py-2 tabular-nums">
              {t("days", { days: each.leastDays })}
              <p className="text-muted text-xs">
                <bdi>{sourceWords(each.source)}</bdi>
              </p>
            </td>
            <td className="px-3 py-2">
              {each.nextEnd ? <Time at={each.nextEnd} /> : t("noKey")}
              {each.heldBy ? (
                <p>
                  <Status tone="due">{t("heldBy", { caseRef: each.heldBy })}</Status>
                </p>
              ) : null}
            </td>
            <td className="px-3 py-2">
              <Button
                size="sm"
                disabledReason={blocked}
                aria-label={t("changeOf", { name: t(`classes.${each.class}`) })}
                onClick={() => setChanging(each)}
              >
                {t("change")}
              </Button>
            </td>
          </tr>
        ))}
      </ScrollingTable>
      {changing ? (
        <TermForm
          tenantId={tenantId}
          of={changing}
          onClose={() => setChanging(null)}
          onDone={() => {
            setChanging(null);
            router.refresh();
          }}
        />
      ) : null}
    </Section>
  );
}
