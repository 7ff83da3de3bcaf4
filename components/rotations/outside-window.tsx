"use client";
import { useTranslations } from "next-intl";
import { ClockTime } from "#components/time/clock-time.tsx";

interface OutsideWindowProps {
  environment: string;
  opensAt: Date | null;
  isSaid: boolean;
  /** It was not said, and must be. */
  isMissing: boolean;
  onSay: (isSaid: boolean) => void;
}

/** The word that a rotation happens though no change window is open. */
export function OutsideWindow(props: OutsideWindowProps) {
  const { environment, opensAt, isSaid, isMissing, onSay } = props;
  const t = useTranslations("rotations.force");
  return (
    <div className="flex flex-col gap-1 rounded-md border border-line bg-due-tint px-3 py-2 text-sm">
      <label className="flex items-start gap-2">
        <input
          type="checkbox"
          className="mt-1"
          checked={isSaid}
          aria-invalid={isMissing || undefined}
          onChange={(event) => onSay(event.target.checked)}
        />
        <span>{t("outside", { environment })}</span>
      </label>
      {opensAt ? (
        <p className="text-muted">
          {t("outsideOpens")} <ClockTime at={opensAt} />
        </p>
      ) : null}
      {isMissing ? (
        <p role="alert" className="text-danger">
          {t("outsideMust")}
        </p>
      ) : null}
    </div>
  );
}
