"use client";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Time } from "#components/time/time.tsx";
import { Button } from "#components/ui/button.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { Section } from "#components/ui/section.tsx";
import type { Declared } from "#server/features/isolation/views.ts";
import { changesBetween } from "./declaration-draft.ts";

const DeclareForm = dynamic(async () => (await import("./declare-form.tsx")).DeclareForm, {
  ssr: false,
});

interface DeclaredTabProps {
  tenantId: string;
  declared: Declared;
  mayManage: boolean;
  isSovereign: boolean;
}

/** What is declared of one environment, every version of it, and the way to change it. */
export function DeclaredTab({ tenantId, declared, mayManage, isSovereign }: DeclaredTabProps) {
  const t = useTranslations("isolation");
  const [isOpen, setOpen] = useState(false);
  const [newest] = declared.versions;
  if (isSovereign) return <p className="text-muted text-sm">{t("declared.sovereign")}</p>;
  return (
    <div className="flex flex-col gap-4">
      <p className="text-muted text-sm">{t("declared.intro")}</p>
      <Section
        look="card"
        title={t("declared.title", { tenant: tenantId, environment: declared.environment })}
        aside={newest ? t("declared.version", { version: newest.version }) : null}
      >
        <div className="flex flex-col items-start gap-3 px-4 py-3">
          {newest ? (
            <KeyValueList
              facts={changesBetween(null, newest.declaration).map(({ field, after }) => ({
                name: field,
                value: <bdi dir="ltr">{after}</bdi>,
              }))}
            />
          ) : (
            <p className="text-sm">{t("declared.none", { environment: declared.environment })}</p>
          )}
          <Button
            disabledReason={mayManage ? null : t("declared.mayNot")}
            onClick={() => setOpen(true)}
          >
            {newest ? t("declared.edit") : t("declared.declare")}
          </Button>
        </div>
      </Section>
      {declared.versions.length > 0 ? (
        <Section look="card" title={t("declared.history")}>
          <ul className="flex flex-col divide-y divide-line">
            {declared.versions.map((each, at) => (
              <li key={each.version} className="flex flex-col gap-1 px-4 py-2 text-sm">
                <span className="flex flex-wrap gap-x-3">
                  <span className="font-medium">
                    {t("declared.version", { version: each.version })}
                  </span>
                  <Time at={each.savedAt} className="text-muted" />
                  <span className="text-muted">{t("declared.by", { name: each.savedByName })}</span>
                </span>
                <span>{each.reason}</span>
                <Changes
                  before={declared.versions[at + 1]?.declaration ?? null}
                  after={each.declaration}
                />
              </li>
            ))}
          </ul>
        </Section>
      ) : null}
      {isOpen ? (
        <DeclareForm tenantId={tenantId} declared={declared} onClose={() => setOpen(false)} />
      ) : null}
    </div>
  );
}

interface ChangesProps {
  before: Declared["versions"][number]["declaration"] | null;
  after: Declared["versions"][number]["declaration"];
}

/** The difference of two versions, one field a line. */
export function Changes({ before, after }: ChangesProps) {
  const t = useTranslations("isolation");
  const changes = changesBetween(before, after);
  if (changes.length === 0) {
    return <p className="text-muted text-sm">{t("declared.noChanges")}</p>;
  }
  return (
    <ul className="flex flex-col text-sm">
      {changes.map(({ field, before: was, after: is }) => (
        <li key={field} className="break-words font-mono text-xs">
          <bdi dir="ltr">
            {t("declared.was", {
              field,
              before: was || t("declared.empty"),
              after: is || t("declared.empty"),
            })}
          </bdi>
        </li>
      ))}
    </ul>
  );
}
