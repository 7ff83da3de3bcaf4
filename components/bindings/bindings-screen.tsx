"use client";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { useUrlState } from "#components/url/use-url-state.ts";
import type { RotatorForm } from "#server/features/rotation/bindings/rotator-form.ts";
import { BINDING_TABS, type Discovery, type TargetList, tabOf } from "./binding-shapes.ts";
import { DiscoverySources } from "./discovery-sources.tsx";

const BindForm = dynamic(async () => (await import("./bind/bind-form.tsx")).BindForm, {
  ssr: false,
});
const ImportEditor = dynamic(async () => (await import("./import-editor.tsx")).ImportEditor, {
  ssr: false,
});
const TargetsPart = dynamic(async () => (await import("./targets-part.tsx")).TargetsPart, {
  ssr: false,
});

interface BindingsScreenProps {
  tenantId: string;
  discovery: Discovery;
  targets: TargetList;
  /** What each kind of rotator takes. */
  forms: readonly RotatorForm[];
  /** Whether the viewer has `runtime.secrets.bind` in this tenant. */
  mayBind: boolean;
  /** Whether the viewer has `runtime.targets.manage`. */
  mayManageTargets: boolean;
}

/** How secrets come to be known: found, bound one by one, imported; and where rotations may log in. */
export function BindingsScreen(props: BindingsScreenProps) {
  const { tenantId, discovery, targets, forms, mayBind, mayManageTargets } = props;
  const t = useTranslations("bindings");
  const { params, change } = useUrlState();
  const parts = {
    discovery: <DiscoverySources tenantId={tenantId} discovery={discovery} />,
    bind: <BindForm tenantId={tenantId} forms={forms} targets={targets.here} mayBind={mayBind} />,
    import: <ImportEditor tenantId={tenantId} mayBind={mayBind} />,
    targets: <TargetsPart tenantId={tenantId} list={targets} mayManage={mayManageTargets} />,
  };
  return (
    <AsOfProvider at={discovery.asOf}>
      <PageHeader title={t("title")} asOf={discovery.asOf} actions={<RefreshButton />} />
      <Tabs
        label={t("title")}
        chosen={tabOf(params.get("tab"))}
        onChoose={(tab) => change({ tab })}
        tabs={BINDING_TABS.map((name) => ({
          name,
          label: t(`tabs.${name}`),
          content: parts[name],
        }))}
      />
    </AsOfProvider>
  );
}
