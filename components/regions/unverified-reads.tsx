"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Time } from "#components/time/time.tsx";
import { Section } from "#components/ui/section.tsx";
import { Status } from "#components/ui/status.tsx";
import type { UnverifiedRead } from "#server/features/regions/views.ts";
import { useReadReason } from "./use-read-reason.ts";

/** The tenant's credentials whose promoted version a region has not shown, oldest doubt first. */
export function UnverifiedReads({
  tenantId,
  reads,
}: {
  tenantId: string;
  reads: readonly UnverifiedRead[];
}) {
  const t = useTranslations("regions");
  const reasonText = useReadReason();
  return (
    <Section look="card" title={t("unverified")} aside={t("unverifiedHint")}>
      {reads.length === 0 ? (
        <p className="px-4 py-4 text-muted text-sm">{t("allVerified")}</p>
      ) : null}
      <ul>
        {reads.map((read) => (
          <li
            key={`${read.bindingId} ${read.region}`}
            className="flex flex-wrap items-baseline gap-x-3 gap-y-1 border-line border-b px-4 py-2 text-sm last:border-b-0"
          >
            <Link
              href={`/t/${tenantId}/rotations?selected=${read.bindingId}`}
              className="font-medium text-accent hover:underline"
            >
              <bdi>{read.name}</bdi>
            </Link>
            <span className="text-muted">{read.environment}</span>
            <bdi dir="ltr">{read.region}</bdi>
            <Status tone={read.state === "behind" ? "due" : "unknown"} look="plain">
              {t(`readStates.${read.state}`)}
            </Status>
            <span className="text-muted">
              {read.state === "behind"
                ? t("behindBy", {
                    seen: String(read.seenVersion ?? 0),
                    expected: String(read.expectedVersion),
                  })
                : reasonText(read.reason)}
            </span>
            <span className="ms-auto text-muted">
              {t("since")} <Time at={read.since} />
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
