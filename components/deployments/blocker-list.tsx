"use client";
import { useTranslations } from "next-intl";
import { Status } from "#components/ui/status.tsx";
import type { DeploymentCard } from "#server/features/deployments/schema.ts";

const KNOWN = [
  "by-a-person",
  "expired",
  "ended",
  "frozen",
  "outside-window",
  "waiting-time",
  "policy-changed",
  "subject-changed",
  "untrusted-registry",
  "provenance-missing",
  "gate-unmet",
  "merge-not-approved",
  "elevation-missing",
  "rejected",
  "approvals-missing",
] as const;

/** Everything that stops a request now, in one sentence. */
export function BlockerList({ card }: { card: Pick<DeploymentCard, "blockers" | "state"> }) {
  const t = useTranslations("deployments.blocked");
  if (card.blockers.length === 0) {
    return card.state === "approved" ? (
      <p className="text-sm">
        <Status tone="ok" look="plain">
          {t("nothing")}
        </Status>
      </p>
    ) : null;
  }
  return (
    <div className="rounded-md border border-line bg-sunken px-3 py-2 text-sm">
      <p className="font-medium">{t("title")}</p>
      <ul className="list-disc ps-5">
        {card.blockers.map(({ code }) => {
          const known = KNOWN.find((each) => code === `forbid-deploy-${each}`);
          return <li key={code}>{t(known ?? "other")}</li>;
        })}
      </ul>
    </div>
  );
}
