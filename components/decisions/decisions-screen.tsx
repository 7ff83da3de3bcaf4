"use client";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { Button } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Field } from "#components/ui/field.tsx";
import { FilteredEmptyState } from "#components/ui/filtered-empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Select } from "#components/ui/select.tsx";
import { useUrlVisit } from "#components/url/use-url-state.ts";
import type { DecisionDetail, DecisionPage } from "#server/features/policy/schema.ts";
import { DecisionRows } from "./decision-rows.tsx";

const DecisionPanel = dynamic(async () => (await import("./decision-panel.tsx")).DecisionPanel, {
  ssr: false,
});

interface DecisionsScreenProps {
  tenantId: string;
  page: DecisionPage;
  detail: DecisionDetail | null;
  outcome: "allow" | "deny" | null;
}

/** Every decision that policies made, with who made it and why. */
export function DecisionsScreen({ tenantId, page, detail, outcome }: DecisionsScreenProps) {
  const t = useTranslations("decisions");
  const { visit } = useUrlVisit();
  return (
    <AsOfProvider at={page.asOf}>
      <PageHeader
        title={t("title")}
        asOf={page.asOf}
        actions={
          <>
            <Link href={`/t/${tenantId}/decisions/what-if`} className="text-accent hover:underline">
              {t("toWhatIf")}
            </Link>
            <RefreshButton />
          </>
        }
      />
      <div className="max-w-48">
        <Field label={t("filter.label")}>
          {(control) => (
            <Select
              {...control}
              value={outcome ?? "all"}
              onChange={(event) => {
                const chosen = event.target.value;
                visit({ outcome: chosen === "all" ? null : chosen, before: null });
              }}
            >
              {(["all", "allow", "deny"] as const).map((name) => (
                <option key={name} value={name}>
                  {t(`filter.${name}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      {page.items.length > 0 ? (
        <DecisionRows items={page.items} selected={detail?.decisionId ?? null} />
      ) : outcome ? (
        <FilteredEmptyState onClear={() => visit({ outcome: null, before: null })} />
      ) : (
        <EmptyState title={t("none")}>{t("noneBody")}</EmptyState>
      )}
      {page.nextCursor ? (
        <Button className="self-start" onClick={() => visit({ before: page.nextCursor })}>
          {t("older")}
        </Button>
      ) : null}
      {detail ? (
        <DecisionPanel
          key={detail.decisionId}
          tenantId={tenantId}
          decision={detail}
          onClose={() => visit({ selected: null })}
        />
      ) : null}
    </AsOfProvider>
  );
}
