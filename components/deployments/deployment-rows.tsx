"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Time } from "#components/time/time.tsx";
import type { DeploymentCard } from "#server/features/deployments/schema.ts";
import { StateMark } from "./state-mark.tsx";

/** Requests one a line, newest first. */
export function DeploymentRows({
  tenantId,
  items,
}: {
  tenantId: string;
  items: readonly DeploymentCard[];
}) {
  const t = useTranslations("deployments.card");
  const environments = useTranslations("deployments.environment");
  return (
    <ul className="rounded-lg border border-line bg-raised">
      {items.map((card) => (
        <li
          key={card.deploymentId}
          className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 border-line border-b px-4 py-2 last:border-b-0 hover:bg-hover"
        >
          <Link
            href={`/t/${tenantId}/deployments/${card.deploymentId}`}
            className="min-w-0 flex-1 basis-60 font-medium hover:underline"
          >
            {t("where", { service: card.service, environment: environments(card.environment) })}
            <span className="block font-normal text-muted text-sm">
              <bdi dir="ltr">{card.changeRef}</bdi> {" · "}
              {t("by", { name: card.requester.name })}
            </span>
          </Link>
          <Time at={card.createdAt} className="text-muted text-sm" />
          <StateMark state={card.state} isReportOverdue={card.isReportOverdue} />
        </li>
      ))}
    </ul>
  );
}
