"use client";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { Time } from "#components/time/time.tsx";
import { Button } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import type { AdmissionOverview } from "#server/features/admission/schema.ts";
import { type ClusterAct, ClusterCard } from "./cluster-card.tsx";

const ClusterForm = dynamic(async () => (await import("./cluster-form.tsx")).ClusterForm, {
  ssr: false,
});
const CredentialForm = dynamic(async () => (await import("./credential-form.tsx")).CredentialForm, {
  ssr: false,
});
const NamespacesForm = dynamic(async () => (await import("./namespaces-form.tsx")).NamespacesForm, {
  ssr: false,
});

interface AdmissionScreenProps {
  tenantId: string;
  overview: AdmissionOverview;
  mayManage: boolean;
}

/** Which clusters ask what may run, and whose their namespaces are; elsewhere, one's own namespaces. */
export function AdmissionScreen({ tenantId, overview, mayManage }: AdmissionScreenProps) {
  const t = useTranslations("admission");
  const [open, setOpen] = useState<{ act: ClusterAct; cluster: string | null } | null>(null);
  const close = () => setOpen(null);
  const { isSovereign, clusters, namespaces, here } = overview;
  const whyNot = mayManage ? null : t("mayNot");
  const chosen = clusters.find(({ cluster }) => cluster === open?.cluster) ?? null;
  return (
    <AsOfProvider at={overview.asOf}>
      <PageHeader
        title={t("title")}
        asOf={overview.asOf}
        actions={
          <>
            <Link href={`/t/${tenantId}/deployments`} className="text-accent hover:underline">
              {t("back")}
            </Link>
            {isSovereign ? (
              <Button
                look="primary"
                disabledReason={whyNot}
                onClick={() => setOpen({ act: "cluster", cluster: null })}
              >
                {t("cluster.add")}
              </Button>
            ) : null}
            <RefreshButton />
          </>
        }
      />
      <p className="max-w-prose text-muted text-sm">{t("about")}</p>
      {isSovereign ? (
        clusters.length === 0 ? (
          <EmptyState title={t("none")}>{t("noneBody")}</EmptyState>
        ) : (
          <div className="grid items-start gap-4 xl:grid-cols-2">
            {clusters.map((cluster) => (
              <ClusterCard
                key={cluster.cluster}
                cluster={cluster}
                namespaces={namespaces.filter((each) => each.cluster === cluster.cluster)}
                whyNot={whyNot}
                onAct={(act) => setOpen({ act, cluster: cluster.cluster })}
              />
            ))}
          </div>
        )
      ) : null}
      {here.length > 0 || !isSovereign ? (
        <Section look="card" title={t("here")}>
          {here.length === 0 ? (
            <EmptyState title={t("noneHere")}>{t("noneHereBody")}</EmptyState>
          ) : (
            <ul className="px-4 py-2 text-sm">
              {here.map(({ cluster, namespace, environment, service, savedAt }) => (
                <li
                  key={`${cluster}/${namespace}`}
                  className="flex flex-wrap items-baseline gap-x-3 border-line border-b py-1.5 last:border-b-0"
                >
                  <bdi dir="ltr" className="min-w-0 break-all font-mono">
                    {namespace}
                  </bdi>
                  <span>
                    {service
                      ? t("hereService", { environment, service })
                      : t("hereEnvironment", { environment })}
                  </span>
                  <span className="ms-auto text-muted text-xs">
                    <bdi dir="ltr">{cluster}</bdi> <Time at={savedAt} />
                  </span>
                </li>
              ))}
            </ul>
          )}
        </Section>
      ) : null}
      {open?.act === "cluster" ? (
        <ClusterForm tenantId={tenantId} cluster={chosen} onClose={close} />
      ) : null}
      {open?.act === "credential" && chosen ? (
        <CredentialForm
          tenantId={tenantId}
          cluster={chosen.cluster}
          isReplacing={chosen.credentials.length > 0}
          onClose={close}
        />
      ) : null}
      {open?.act === "namespaces" && chosen ? (
        <NamespacesForm tenantId={tenantId} cluster={chosen.cluster} onClose={close} />
      ) : null}
    </AsOfProvider>
  );
}
