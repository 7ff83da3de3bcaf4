"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Time } from "#components/time/time.tsx";
import type { CheckView } from "#server/features/compliance/views.ts";
import { evidenceHref } from "./evidence-href.ts";

interface EvidenceListProps {
  tenantId: string;
  evidence: CheckView["evidence"];
}

/** What a check was judged by, each with the page that shows it and of when it is. */
export function EvidenceList({ tenantId, evidence }: EvidenceListProps) {
  const t = useTranslations("compliance");
  if (evidence.length === 0) return null;
  return (
    <ul aria-label={t("control-detail.evidence")} className="flex flex-col gap-0.5">
      {evidence.map(({ kind, id, at }) => {
        const href = evidenceHref(tenantId, kind, id);
        const name = <EvidenceName kind={t(`evidence.${kind}`)} id={id} />;
        return (
          <li
            key={`${kind} ${id} ${at}`}
            className="flex min-w-0 flex-wrap items-baseline gap-x-2 text-muted text-xs"
          >
            {href ? (
              <Link href={href} className="min-w-0 text-accent underline">
                {name}
              </Link>
            ) : (
              <span className="min-w-0">{name}</span>
            )}
            {at ? <Time at={at} /> : null}
          </li>
        );
      })}
    </ul>
  );
}

const ENDS = 8;

function EvidenceName({ kind, id }: { kind: string; id: string }) {
  const shown = id.length > 30 ? `${id.slice(0, ENDS)}…${id.slice(-ENDS)}` : id;
  return (
    <>
      {kind}{" "}
      <bdi dir="ltr" className="break-all font-mono" title={id}>
        {shown}
      </bdi>
    </>
  );
}
