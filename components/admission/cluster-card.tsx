"use client";
import { useTranslations } from "next-intl";
import { Time } from "#components/time/time.tsx";
import { Button } from "#components/ui/button.tsx";
import { Section } from "#components/ui/section.tsx";
import { Status } from "#components/ui/status.tsx";
import type { AdmissionOverview, NamespaceRow } from "#server/features/admission/schema.ts";

export type ClusterAct = "cluster" | "credential" | "namespaces";

interface ClusterCardProps {
  cluster: AdmissionOverview["clusters"][number];
  namespaces: readonly NamespaceRow[];
  whyNot: string | null;
  onAct: (act: ClusterAct) => void;
}

/** One cluster: who it speaks for, how it proves itself, and whose its namespaces are. */
export function ClusterCard({ cluster, namespaces, whyNot, onAct }: ClusterCardProps) {
  const t = useTranslations("admission");
  const { credentials, retiredAt } = cluster;
  const label = (act: ClusterAct) => t(`act.${act}Of`, { cluster: cluster.cluster });
  return (
    <Section
      look="card"
      title={<bdi dir="ltr">{cluster.cluster}</bdi>}
      aside={
        retiredAt ? (
          <Status tone="unknown">{t("cluster.retired")}</Status>
        ) : credentials.length === 0 ? (
          <Status tone="due">{t("credential.none")}</Status>
        ) : (
          <Status tone="ok">{t("cluster.asks")}</Status>
        )
      }
    >
      <div className="flex flex-col gap-3 px-4 py-3 text-sm">
        <p>
          {cluster.description}{" "}
          <span className="text-muted">
            {cluster.tenants === "every"
              ? t("cluster.every")
              : t("cluster.serves", { tenants: cluster.tenants.join(", ") })}
          </span>
        </p>
        <ul className="flex flex-col gap-1">
          {credentials.map(({ mark, addedBy, addedAt, endsAt }) => (
            <li key={mark} className="text-muted">
              {t("credential.one")} <bdi dir="ltr" className="font-mono">{`${mark}…`}</bdi>{" "}
              {t("credential.by", { name: addedBy })} <Time at={addedAt} />
              {endsAt ? (
                <>
                  {" · "}
                  {t("credential.ends")} <Time at={endsAt} />
                </>
              ) : null}
            </li>
          ))}
        </ul>
        {namespaces.length === 0 ? <p className="text-muted">{t("namespaces.none")}</p> : null}
        <ul>
          {namespaces.map((each) => (
            <li
              key={each.namespace}
              className="flex flex-wrap items-baseline gap-x-3 border-line border-t py-1.5"
            >
              <bdi dir="ltr" className="min-w-0 break-all font-mono">
                {each.namespace}
              </bdi>
              {each.rule === "exempt" ? (
                <Status tone="due" look="plain">
                  {t("namespaces.exempt")}
                </Status>
              ) : (
                <bdi dir="ltr">
                  {[each.tenant, each.environment, each.service].filter(Boolean).join(" / ")}
                </bdi>
              )}
              <span className="ms-auto text-muted text-xs" data-tip={each.reason}>
                {each.savedBy} <Time at={each.savedAt} />
              </span>
              {each.rule === "exempt" ? (
                <p className="w-full text-muted text-xs">{each.reason}</p>
              ) : null}
            </li>
          ))}
        </ul>
        <div className="flex flex-wrap gap-2">
          {(["namespaces", "credential", "cluster"] as const).map((act) => (
            <Button
              key={act}
              size="sm"
              aria-label={label(act)}
              disabledReason={
                whyNot ?? (retiredAt && act !== "cluster" ? t("cluster.isRetired") : null)
              }
              onClick={() => onAct(act)}
            >
              {t(`act.${act}`)}
            </Button>
          ))}
        </div>
      </div>
    </Section>
  );
}
