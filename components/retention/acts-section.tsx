"use client";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Time } from "#components/time/time.tsx";
import { Button } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Section } from "#components/ui/section.tsx";
import { Status, type Tone } from "#components/ui/status.tsx";
import type { RetentionOverview } from "#server/features/retention/views.ts";
import { ActTrouble } from "./act-trouble.tsx";
import type { RetentionSectionProps } from "./retention-screen.tsx";
import { ScrollingTable } from "./scrolling-table.tsx";

const ErasureForm = dynamic(async () => (await import("./erasure-form.tsx")).ErasureForm, {
  ssr: false,
});

const ActReach = dynamic(async () => (await import("./act-reach.tsx")).ActReach, { ssr: false });

type Act = RetentionOverview["acts"][number];

const TONES: Record<Act["state"], Tone> = {
  awaiting_approval: "due",
  due: "info",
  acting: "info",
  destroyed: "info",
  done: "ok",
  refused: "danger",
};
const COLUMNS = ["what", "state", "asked", "outcome"] as const;

/** What was erased or changed, by whom it was asked for, and that the proofs of it still verify. */
export function ActsSection({ tenantId, overview }: RetentionSectionProps) {
  const t = useTranslations("retention");
  const router = useRouter();
  const [isErasing, setErasing] = useState(false);
  return (
    <Section
      look="card"
      title={t("actsTitle")}
      aside={
        <Button
          size="sm"
          disabledReason={overview.mayManage ? null : t("mayNot")}
          onClick={() => setErasing(true)}
        >
          {t("erase")}
        </Button>
      }
    >
      {overview.acts.length === 0 ? (
        <EmptyState title={t("noActs")}>{t("noActsBody")}</EmptyState>
      ) : (
        <ScrollingTable
          label={t("actTable")}
          columns={COLUMNS.map((name) => ({ name, words: t(name) }))}
        >
          {overview.acts.map((act) => (
            <tr key={act.actId} className="border-line border-b align-top last:border-b-0">
              <th scope="row" className="px-3 py-2 text-start font-medium">
                {t(`kinds.${act.kind}`)}
                {act.events === null ? null : (
                  <p className="font-normal">{t("events", { count: act.events })}</p>
                )}
                <p className="max-w-prose break-words font-normal text-muted text-xs">
                  {act.reason}
                </p>
              </th>
              <td className="px-3 py-2">
                <Status tone={TONES[act.state]}>{t(`states.${act.state}`)}</Status>
                {act.trouble ? <ActTrouble said={act.trouble} /> : null}
              </td>
              <td className="px-3 py-2">
                <Time at={act.requestedAt} />
                <p className="text-muted text-xs">{t("by", { name: act.requestedBy })}</p>
              </td>
              <td className="px-3 py-2">
                {act.approvalId ? (
                  <Link
                    href={`/t/${tenantId}/inbox?approval=${act.approvalId}`}
                    className="text-accent underline"
                  >
                    {t("approval")}
                  </Link>
                ) : null}
                <Outcome act={act} />
                {act.copies.length + act.remaining.length + act.sinks.length > 0 ? (
                  <ActReach tenantId={tenantId} act={act} mayManage={overview.mayManage} />
                ) : null}
              </td>
            </tr>
          ))}
        </ScrollingTable>
      )}
      {isErasing ? (
        <ErasureForm
          tenantId={tenantId}
          onClose={() => setErasing(false)}
          onDone={() => {
            setErasing(false);
            router.refresh();
          }}
        />
      ) : null}
    </Section>
  );
}

function Outcome({ act }: { act: Act }) {
  const t = useTranslations("retention");
  if (act.payloads === null) return null;
  const proven = act.proven ?? 0;
  return (
    <div className="flex flex-col gap-1">
      <p>{t("payloads", { count: act.payloads })}</p>
      {proven > 0 ? (
        <Status tone="ok">{t("proof", { proven, size: act.treeSize ?? "" })}</Status>
      ) : null}
      {act.broken ? <Status tone="danger">{t("broken", { count: act.broken })}</Status> : null}
      {act.unsealed ? <Status tone="due">{t("unsealed", { count: act.unsealed })}</Status> : null}
    </div>
  );
}
