"use client";
import { useTranslations } from "next-intl";
import { useMemo } from "react";
import type { Column } from "#components/data-table/column.ts";
import { ClockTime } from "#components/time/clock-time.tsx";
import { ActorName } from "./actor-name.tsx";
import type { AuditRow } from "./audit-row.ts";
import { useEventVerb } from "./event-verb.ts";
import { OutcomeMark } from "./outcome-mark.tsx";
import { SealMark } from "./seal-mark.tsx";
import { shortSubject } from "./short-subject.ts";

/** Time, actor, verb, target, outcome, seal. */
export function useAuditColumns(): readonly Column<AuditRow>[] {
  const t = useTranslations("audit.columns");
  const verb = useEventVerb();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the words change with the language only, which loads the page anew
  return useMemo(
    () => [
      { id: "what", label: t("what"), cell: (row) => verb(row.type) },
      { id: "time", label: t("time"), cell: (row) => <ClockTime at={row.recordedAt} /> },
      {
        id: "actor",
        label: t("actor"),
        cell: (row) => (
          <ActorName kind={row.actorKind} name={row.actorName} reference={row.actorRef} />
        ),
      },
      {
        id: "target",
        label: t("target"),
        isWideOnly: true,
        cell: (row) => (
          <bdi dir="ltr" data-tip={row.subject} className="whitespace-nowrap">
            {shortSubject(row.subject)}
          </bdi>
        ),
      },
      { id: "outcome", label: t("outcome"), cell: (row) => <OutcomeMark outcome={row.outcome} /> },
      { id: "seal", label: t("seal"), cell: (row) => <SealMark state={row.state} /> },
    ],
    [],
  );
}
