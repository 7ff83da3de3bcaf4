"use client";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { useUrlVisit } from "#components/url/use-url-state.ts";
import type { EnvironmentView } from "#server/features/deployments/schema.ts";
import { EnvironmentCard } from "./environment-card.tsx";
import type { EnvironmentVersion } from "./environment-versions.tsx";

const EnvironmentEditor = dynamic(
  async () => (await import("./environment-editor.tsx")).EnvironmentEditor,
  { ssr: false },
);
const EnvironmentVersions = dynamic(
  async () => (await import("./environment-versions.tsx")).EnvironmentVersions,
  { ssr: false },
);

interface EnvironmentsScreenProps {
  tenantId: string;
  list: { items: readonly EnvironmentView[]; asOf: Date };
  /** The environment whose policy is being changed. */
  opened: EnvironmentView["environment"] | null;
  versions: readonly EnvironmentVersion[];
  mayManage: boolean;
}

/** Every environment with what it demands, in sentences. */
export function EnvironmentsScreen(props: EnvironmentsScreenProps) {
  const { tenantId, list, opened, versions, mayManage } = props;
  const t = useTranslations("environments");
  const { visit } = useUrlVisit();
  const open = list.items.find(({ environment }) => environment === opened);
  return (
    <AsOfProvider at={list.asOf}>
      <PageHeader
        title={t("title")}
        asOf={list.asOf}
        actions={
          <>
            <Link href={`/t/${tenantId}/deployments`} className="text-accent hover:underline">
              {t("back")}
            </Link>
            <RefreshButton />
          </>
        }
      />
      {open ? (
        <EnvironmentEditor
          key={`${open.environment} ${open.version}`}
          tenantId={tenantId}
          view={open}
          mayManage={mayManage}
          onClose={() => visit({ environment: null })}
        />
      ) : null}
      {open && versions.length > 0 ? (
        <EnvironmentVersions environment={open.environment} versions={versions} />
      ) : null}
      <div className="grid items-start gap-4 xl:grid-cols-2">
        {list.items.toReversed().map((view) => (
          <EnvironmentCard
            key={view.environment}
            tenantId={tenantId}
            view={view}
            mayManage={mayManage}
            onEdit={() => visit({ environment: view.environment })}
          />
        ))}
      </div>
    </AsOfProvider>
  );
}
