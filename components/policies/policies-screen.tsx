"use client";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { Button } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import { useUrlVisit } from "#components/url/use-url-state.ts";
import { ChangeWindowsSection } from "#components/windows/change-windows-section.tsx";
import type { ChangeWindowsView } from "#components/windows/windows-view.ts";
import { LabelList } from "./label-list.tsx";
import { PolicyRows } from "./policy-rows.tsx";
import type { PolicyDetail, PolicyList } from "./policy-shapes.ts";
import { PolicyVersions } from "./policy-versions.tsx";

const PolicyEditor = dynamic(async () => (await import("./policy-editor.tsx")).PolicyEditor, {
  ssr: false,
});

const RetirePolicy = dynamic(async () => (await import("./retire-policy.tsx")).RetirePolicy, {
  ssr: false,
});
const TenantLabels = dynamic(async () => (await import("./tenant-labels.tsx")).TenantLabels, {
  ssr: false,
});

interface PoliciesScreenProps {
  tenantId: string;
  list: PolicyList;
  /** The policy that is open. */
  detail: PolicyDetail | null;
  windows: ChangeWindowsView;
  /** Whether a new one is being written. */
  isNew: boolean;
  /** Whether the viewer has `runtime.policies.manage` in this tenant. */
  mayManage: boolean;
  /** Whether the viewer has `runtime.tenants.manage`. */
  mayLabel: boolean;
}

/** The rules by which credentials are judged: the tenant's own, and those of the Sovereign. */
export function PoliciesScreen({
  tenantId,
  list,
  detail,
  windows,
  isNew,
  mayManage,
  mayLabel,
}: PoliciesScreenProps) {
  const t = useTranslations("policies");
  const { visit } = useUrlVisit();
  const open = (policy: string) => visit({ policy });
  const add = (
    <Button
      look="primary"
      disabledReason={mayManage ? null : t("mayNotManage")}
      onClick={() => open("new")}
    >
      {t("new")}
    </Button>
  );
  const versions = Object.fromEntries(list.policies.map(({ name, version }) => [name, version]));
  return (
    <AsOfProvider at={list.asOf}>
      <PageHeader
        title={t("title")}
        asOf={list.asOf}
        actions={
          <>
            {add}
            <RefreshButton />
          </>
        }
      />
      <Section
        look="card"
        title={t(list.isSovereign ? "ownSovereign" : "own")}
        aside={<LabelList labels={list.labels} />}
      >
        {list.policies.length === 0 ? (
          <EmptyState title={t("none")}>{t("noneBody")}</EmptyState>
        ) : (
          <PolicyRows policies={list.policies} openId={detail?.policy.policyId} onOpen={open} />
        )}
      </Section>
      {list.isSovereign ? null : (
        <Section look="card" title={t("imposed")}>
          {list.imposed.length === 0 ? (
            <p className="px-4 py-3 text-muted text-sm">{t("imposedNone")}</p>
          ) : (
            <PolicyRows policies={list.imposed} />
          )}
        </Section>
      )}
      <ChangeWindowsSection tenantId={tenantId} windows={windows} mayManage={mayManage} />
      {isNew || detail ? (
        <PolicyEditor
          key={detail?.policy.policyId ?? "new"}
          tenantId={tenantId}
          saved={detail?.policy ?? null}
          versions={versions}
          mayManage={mayManage}
          onSaved={open}
        />
      ) : null}
      {detail ? <PolicyVersions versions={detail.versions} /> : null}
      {detail ? (
        <RetirePolicy tenantId={tenantId} policy={detail.policy} mayManage={mayManage} />
      ) : null}
      {list.isSovereign ? <TenantLabels tenantId={tenantId} mayLabel={mayLabel} /> : null}
    </AsOfProvider>
  );
}
