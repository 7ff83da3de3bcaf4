"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Time } from "#components/time/time.tsx";
import type { GroupView } from "#server/features/drift/views.ts";

interface DriftLineProps {
  tenantId: string;
  group: GroupView;
}

/** One cause of drift in the shift's list: what it is, of what, how many, since when. */
export function DriftLine({ tenantId, group }: DriftLineProps) {
  const t = useTranslations("drift");
  const { object } = group.example;
  return (
    <div className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 hover:bg-hover">
      <Link
        href={`/t/${tenantId}/drift?finding=${group.example.findingId}`}
        className="min-w-0 flex-1 truncate font-medium hover:underline"
      >
        {t(`rule.${group.rule}`)} <bdi dir="ltr">{`${object.kind} ${object.name}`}</bdi>
      </Link>
      {group.count > 1 ? <span className="text-muted text-sm">× {group.count}</span> : null}
      <span className="text-muted text-sm">
        <Time at={group.firstSeenAt} />
      </span>
    </div>
  );
}
