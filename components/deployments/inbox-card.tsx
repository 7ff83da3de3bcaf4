"use client";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { hasDraft } from "#components/step-up/has-draft.ts";
import { Time } from "#components/time/time.tsx";
import { Button } from "#components/ui/button.tsx";
import { Status } from "#components/ui/status.tsx";
import type { DeploymentCard } from "#server/features/deployments/schema.ts";
import { BlockerList } from "./blocker-list.tsx";
import { ImageDiff } from "./image-diff.tsx";
import { QuorumPlaces } from "./quorum-places.tsx";
import { StateMark } from "./state-mark.tsx";

const DecideForm = dynamic(async () => (await import("./decide-form.tsx")).DecideForm, {
  ssr: false,
});

/** One request, with all that it takes to decide it, also on a phone. */
export function InboxCard({ tenantId, card }: { tenantId: string; card: DeploymentCard }) {
  const t = useTranslations("deployments.card");
  const environments = useTranslations("deployments.environment");
  const [isDeciding, setDeciding] = useState(false);
  useEffect(() => {
    if (hasDraft(`deployments.review/${card.deploymentId}`)) setDeciding(true);
  }, [card.deploymentId]);
  const environment = environments(card.environment);
  const href = `/t/${tenantId}/deployments/${card.deploymentId}`;
  const mayDecide = card.yourPart === "may-decide";
  return (
    <article className="flex min-w-0 flex-col gap-3 rounded-lg border border-line bg-raised p-4">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h2 className="min-w-0 font-semibold text-base">
          <Link href={href} className="hover:underline">
            {t("where", { service: card.service, environment })}
          </Link>
        </h2>
        <StateMark state={card.state} isReportOverdue={card.isReportOverdue} />
        {card.kind === "rollback" ? <Status tone="due">{t("rollback")}</Status> : null}
        {card.mentionsYou ? <Status tone="info">{t("mentioned")}</Status> : null}
        <span className="ms-auto text-muted text-sm">
          {t("expires")} <Time at={card.expiresAt} />
        </span>
      </header>
      <p className="text-sm">
        {card.reason}
        <span className="block text-muted">
          {t("by", { name: card.requester.name })} <Time at={card.createdAt} /> {" · "}
          {t("change")} <bdi dir="ltr">{card.changeRef}</bdi>
        </span>
        {card.requester.isHumanUnknown ? (
          <span className="block text-muted">{t("unknownHuman")}</span>
        ) : null}
      </p>
      <ImageDiff images={card.images} isConfigChanged={card.isConfigChanged} />
      <QuorumPlaces quorum={card.quorum} />
      <p className="text-muted text-sm">
        {card.approvedBy.length > 0
          ? t("approvedBy", { names: card.approvedBy.join(", ") })
          : t("nobody")}
      </p>
      <BlockerList card={card} />
      {isDeciding ? (
        <DecideForm tenantId={tenantId} card={card} />
      ) : (
        <div className="flex flex-wrap gap-2">
          {mayDecide ? (
            <Button look="primary" onClick={() => setDeciding(true)}>
              {t("decide")}
            </Button>
          ) : null}
          <Link
            href={href}
            className="inline-flex h-9 items-center rounded-md border border-line-strong px-3 font-medium hover:bg-hover"
          >
            {t("open", { service: card.service })}
          </Link>
        </div>
      )}
    </article>
  );
}
