"use client";
import { useTranslations } from "next-intl";
import { ClockTime } from "#components/time/clock-time.tsx";
import { Identifier } from "#components/ui/identifier.tsx";
import { Status } from "#components/ui/status.tsx";

export interface LogHeadView {
  checkpoint: { treeSize: string; rootHash: string; signedAt: Date } | null;
  unsealed: { events: number; since: Date | null };
  witnesses: readonly {
    name: string;
    treeSize: string | null;
    cosignedAt: Date | null;
    trouble: "unreachable" | "refused" | "bad-answer" | "ahead" | "forked" | null;
    troubleSince: Date | null;
  }[];
}

/** What says that the log was changed, rather than that somebody can't be reached. */
const ALARMS: ReadonlySet<string> = new Set(["ahead", "forked", "bad-answer"]);

/** The newest signed head of the log, and what no signature covers yet. */
export function LogHeadLine({ head }: { head: LogHeadView }) {
  const t = useTranslations("audit.head");
  const { checkpoint, unsealed } = head;
  return (
    <div className="flex flex-wrap items-center gap-x-5 gap-y-1 text-sm">
      {checkpoint ? (
        <>
          <p className="flex items-baseline gap-1">
            {t.rich("size", {
              size: Number(checkpoint.treeSize),
              b: (text) => <strong>{text}</strong>,
            })}
          </p>
          <p className="flex min-w-0 items-center gap-1 text-muted">
            {t("root")} <Identifier value={checkpoint.rootHash} ends={8} />
          </p>
          <p className="flex items-baseline gap-1 text-muted">
            {t("signed")} <ClockTime at={checkpoint.signedAt} />
          </p>
        </>
      ) : (
        <p className="text-muted">{t("none")}</p>
      )}
      {unsealed.events > 0 ? (
        <Status tone="unknown">{t("unsealed", { count: unsealed.events })}</Status>
      ) : (
        <Status tone="ok">{t("allSealed")}</Status>
      )}
      {head.witnesses.map(({ name, treeSize, cosignedAt, trouble, troubleSince }) => (
        <p key={name} className="flex flex-wrap items-baseline gap-1 text-muted">
          {trouble && troubleSince ? (
            <Status tone={ALARMS.has(trouble) ? "danger" : "unknown"}>
              {t(`trouble.${trouble}`, { name })}
            </Status>
          ) : (
            t("witnessedBy", { name, size: Number(treeSize) })
          )}
          {(troubleSince ?? cosignedAt) ? (
            <ClockTime at={(troubleSince ?? cosignedAt) as Date} />
          ) : null}
        </p>
      ))}
    </div>
  );
}
