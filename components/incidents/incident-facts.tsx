"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { ClockTime } from "#components/time/clock-time.tsx";
import { Identifier } from "#components/ui/identifier.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import type { IncidentView } from "#server/features/rotation/leaks/views.ts";

interface IncidentFactsProps {
  tenantId: string;
  view: IncidentView;
  className: string;
}

/** What leaked, since when it was in use, who said so and how it is known. */
export function IncidentFacts({ tenantId, view, className }: IncidentFactsProps) {
  const t = useTranslations("incidents");
  const rotations = useTranslations("rotations");
  const { credential } = view;
  const facts = [
    {
      name: t("facts.credential"),
      value: (
        <Link
          href={`/t/${tenantId}/rotations?selected=${credential.bindingId}`}
          className="text-accent underline"
        >
          {credential.name}
        </Link>
      ),
    },
    { name: t("facts.class"), value: rotations(`class.${credential.class}`) },
    { name: t("facts.environment"), value: credential.environment },
    {
      name: t("facts.path"),
      value: (
        <bdi dir="ltr" className="break-all font-mono">
          {credential.store}: {credential.path}
        </bdi>
      ),
    },
    { name: t("facts.owner"), value: <bdi>{credential.owner}</bdi> },
    { name: t("facts.version"), value: view.leakedVersion ?? t("facts.unknownVersion") },
    {
      name: t("facts.exposed"),
      value: view.exposedFrom ? <ClockTime at={view.exposedFrom} /> : t("facts.unknownVersion"),
    },
    {
      name: t("facts.opened"),
      value: (
        <>
          <ClockTime at={view.openedAt} /> {t("facts.by")} <bdi>{view.openedBy.name}</bdi>
        </>
      ),
    },
    {
      name: t("facts.reason"),
      value: view.reason ? <q className="break-words">{view.reason}</q> : t("facts.erased"),
    },
    { name: t("report.id"), value: <Identifier value={view.incidentId} ends={8} /> },
  ];
  return (
    <div className={className}>
      <KeyValueList facts={facts} />
    </div>
  );
}
