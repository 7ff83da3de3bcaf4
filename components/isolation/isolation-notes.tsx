"use client";
import { CloudOff, Info } from "lucide-react";
import { useTranslations } from "next-intl";
import type { Matrix } from "#server/features/isolation/views.ts";

const BOX =
  "flex flex-wrap items-center gap-x-3 gap-y-1 rounded-lg border border-line px-4 py-2 text-sm";

/** Why so much of the matrix is unknown: sources are away, or nothing was declared to judge by. */
export function IsolationNotes({ matrix }: { matrix: Matrix }) {
  const t = useTranslations("isolation.notes");
  const away = matrix.sources.filter(({ reason }) => reason !== null).length;
  const isUndeclared = matrix.rows.length > 0 && matrix.rows.every(({ model }) => model === null);
  return (
    <>
      {away > 0 ? (
        <p className={`${BOX} bg-unknown-tint`}>
          <CloudOff aria-hidden className="size-4 shrink-0 text-unknown" />
          <span className="min-w-0 flex-1">{t("away", { count: away })}</span>
        </p>
      ) : null}
      {isUndeclared ? (
        <p className={`${BOX} bg-raised`}>
          <Info aria-hidden className="size-4 shrink-0 text-info" />
          <span className="min-w-0 flex-1">
            {t("undeclared", { environment: matrix.environment })}
          </span>
        </p>
      ) : null}
    </>
  );
}
