"use client";
import { useTranslations } from "next-intl";
import { Section } from "#components/ui/section.tsx";
import type { OwnBreakGlass } from "#server/features/break-glass/schema.ts";
import { OwnUse } from "./own-use.tsx";
import { UseForm } from "./use-form.tsx";
import { UseList } from "./use-list.tsx";

interface OwnSectionProps {
  tenantId: string;
  own: OwnBreakGlass;
}

/** What the viewer may use, what they use now, and what they used. */
export function OwnSection({ tenantId, own }: OwnSectionProps) {
  const t = useTranslations("breakGlass.own");
  const live = own.uses.filter(({ endedAt }) => !endedAt);
  const past = own.uses.filter(({ endedAt }) => endedAt);
  return (
    <Section look="card" title={t("title")}>
      <div className="flex flex-col gap-4 px-4 py-3">
        {live.map((use) => (
          <OwnUse key={use.useId} tenantId={tenantId} use={use} />
        ))}
        {own.principals.length === 0 ? <p className="text-sm">{t("none")}</p> : null}
        {live.length > 0
          ? null
          : own.principals.map((principal) => (
              <UseForm key={principal.principalId} tenantId={tenantId} principal={principal} />
            ))}
        <h3 className="font-medium text-sm">{t("history")}</h3>
      </div>
      <UseList tenantId={tenantId} uses={past} none={t("historyNone")} isLinked={false} />
    </Section>
  );
}
