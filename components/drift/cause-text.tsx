"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { cx } from "#components/ui/cx.ts";
import type { Cause } from "#server/features/drift/views.ts";
import { isolated } from "./object-name.ts";

interface CauseTextProps {
  tenantId: string;
  cause: Cause;
  /** On one line, for a row of a table. */
  isShort?: boolean;
}

/** Who did it: the console itself, with the event that tells, or the field managers that the cluster names. */
export function CauseText({ tenantId, cause, isShort = false }: CauseTextProps) {
  const t = useTranslations("drift.cause");
  const { ours, managers } = cause;
  const names = managers.join(", ");
  if (!ours && managers.length === 0) {
    return <span className="text-muted">{t("unknown")}</span>;
  }
  return (
    <span className={cx("text-sm", isShort ? "block max-w-44 truncate" : "flex flex-col gap-0.5")}>
      {ours ? (
        <span>
          {t(ours.kind, { what: isolated(ours.what) })}{" "}
          {ours.eventId && !isShort ? (
            <Link
              className="text-accent underline"
              href={`/t/${tenantId}/audit?event=${ours.eventId}`}
            >
              {t("event")}
            </Link>
          ) : null}
        </span>
      ) : null}
      {managers.length > 0 && (!ours || !isShort) ? (
        <span data-tip={isShort ? names : undefined}>
          <span className={isShort ? "sr-only" : "text-muted"}>{t("managers")} </span>
          <bdi dir="ltr" className="break-words">
            {names}
          </bdi>
        </span>
      ) : null}
    </span>
  );
}
