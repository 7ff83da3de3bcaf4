"use client";
import { useTranslations } from "next-intl";
import { Status } from "#components/ui/status.tsx";
import type { DeploymentCard } from "#server/features/deployments/schema.ts";

/** Which places of the quorum are filled. */
export function QuorumPlaces({ quorum }: { quorum: DeploymentCard["quorum"] }) {
  const t = useTranslations("deployments.card");
  const { additional } = quorum;
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
      {quorum.groups.map(({ role, count, filled }) => (
        <li key={role}>
          <Status tone={filled >= count ? "ok" : "unknown"} look="plain">
            {t("places", { role, filled, count })}
          </Status>
        </li>
      ))}
      {additional ? (
        <li>
          <Status tone={additional.missing === 0 ? "ok" : "unknown"} look="plain">
            {t("additional", { filled: 1 - additional.missing })}
          </Status>
        </li>
      ) : null}
    </ul>
  );
}
