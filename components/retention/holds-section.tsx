"use client";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Time } from "#components/time/time.tsx";
import { Button } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Section } from "#components/ui/section.tsx";
import { Status } from "#components/ui/status.tsx";
import type { RetentionOverview } from "#server/features/retention/views.ts";
import type { RetentionSectionProps } from "./retention-screen.tsx";

const HoldForm = dynamic(async () => (await import("./hold-form.tsx")).HoldForm, { ssr: false });
const LiftForm = dynamic(async () => (await import("./lift-form.tsx")).LiftForm, { ssr: false });

type ClassName = RetentionOverview["classes"][number]["class"];
export type Hold = RetentionOverview["holds"][number];

/** What must be kept whatever terms and erasures say. */
export function HoldsSection({ tenantId, overview }: RetentionSectionProps) {
  const t = useTranslations("retention");
  const router = useRouter();
  const [open, setOpen] = useState<"place" | Hold | null>(null);
  const blocked = overview.mayManage ? null : t("mayNot");
  const done = () => {
    setOpen(null);
    router.refresh();
  };
  return (
    <Section
      look="card"
      title={t("holdsTitle")}
      aside={
        <Button size="sm" disabledReason={blocked} onClick={() => setOpen("place")}>
          {t("placeHold")}
        </Button>
      }
    >
      {overview.holds.length === 0 ? (
        <EmptyState title={t("noHolds")}>{t("noHoldsBody")}</EmptyState>
      ) : (
        <ul>
          {overview.holds.map((hold) => (
            <li
              key={hold.holdId}
              className="flex flex-wrap items-start gap-x-4 gap-y-1 border-line border-b px-4 py-3 text-sm last:border-b-0"
            >
              <div className="min-w-0 flex-1">
                <p className="flex flex-wrap items-center gap-2 font-medium">
                  <bdi>{hold.caseRef}</bdi>
                  <Status tone={hold.liftedAt ? "unknown" : "due"}>
                    {t(hold.liftedAt ? "isLifted" : "inForce")}
                  </Status>
                </p>
                <p className="break-words">{hold.reason}</p>
                <Covers hold={hold} />
                <p className="text-muted text-xs">
                  {t("placed", { name: hold.placedBy })} <Time at={hold.placedAt} />
                </p>
                {hold.liftedAt ? (
                  <p className="text-muted text-xs">
                    {t("lifted", { name: hold.liftedBy ?? "", reason: hold.liftReason ?? "" })}{" "}
                    <Time at={hold.liftedAt} />
                  </p>
                ) : null}
              </div>
              {hold.liftedAt ? null : (
                <Button
                  size="sm"
                  aria-label={t("liftOf", { caseRef: hold.caseRef })}
                  disabledReason={blocked ?? (hold.isLiftAsked ? t("liftAsked") : null)}
                  onClick={() => setOpen(hold)}
                >
                  {t("lift")}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {open === "place" ? (
        <HoldForm tenantId={tenantId} onClose={() => setOpen(null)} onDone={done} />
      ) : null}
      {open && open !== "place" ? (
        <LiftForm tenantId={tenantId} hold={open} onClose={() => setOpen(null)} onDone={done} />
      ) : null}
    </Section>
  );
}

function Covers({ hold }: { hold: Hold }) {
  const t = useTranslations("retention");
  const { classes, subject, actorRef, from, until } = hold;
  const isAll = !classes && !subject && !actorRef && !from && !until;
  return (
    <p className="flex flex-wrap gap-x-3 text-muted text-xs">
      {isAll ? t("covers.everything") : null}
      {classes ? (
        <span>
          {t("covers.classes", {
            classes: classes.map((each) => t(`classes.${each as ClassName}`)).join(" · "),
          })}
        </span>
      ) : null}
      {subject ? <span>{t("covers.subject", { subject: isolated(subject) })}</span> : null}
      {actorRef ? <span>{t("covers.actor", { actor: isolated(actorRef) })}</span> : null}
      {from ? (
        <span>
          {t("covers.from")} <Time at={from} />
        </span>
      ) : null}
      {until ? (
        <span>
          {t("covers.until")} <Time at={until} />
        </span>
      ) : null}
    </p>
  );
}

/** A name keeps its own direction in a sentence of the other one (Unicode UAX #9, FSI and PDI). */
function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}
