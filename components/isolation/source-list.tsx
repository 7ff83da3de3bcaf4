"use client";
import { useTranslations } from "next-intl";
import { Time } from "#components/time/time.tsx";
import { Identifier } from "#components/ui/identifier.tsx";
import { Status } from "#components/ui/status.tsx";
import type { KnownSource } from "#server/features/isolation/schema.ts";

/** What was read, with its digest and when it was written, and since when it, or a kind of it, is away. */
export function SourceList({ sources }: { sources: readonly KnownSource[] }) {
  const t = useTranslations("isolation");
  if (sources.length === 0) return <p className="text-muted text-sm">{t("noSource")}</p>;
  return (
    <ul className="flex flex-col gap-1.5 text-sm">
      {sources.map(({ kind, name, digest, reason, takenAt, awaySince, unread = [] }) => (
        <li key={`${kind}/${name}`} className="flex flex-wrap items-center gap-x-3 gap-y-0.5">
          <span>
            {t(`sourceKind.${kind}`)} <bdi dir="ltr">{name}</bdi>
          </span>
          {reason === null ? (
            <Status tone="ok" look="plain">
              {t("sourceRead")}
            </Status>
          ) : (
            <span className="text-unknown">{t("sourceAway", { reason })}</span>
          )}
          {awaySince ? (
            <span className="text-muted">
              {t("awaySince")} <Time at={awaySince} />
            </span>
          ) : takenAt ? (
            <span className="text-muted">
              {t("takenAt")} <Time at={takenAt} />
            </span>
          ) : null}
          {digest ? (
            <span className="text-muted text-xs">
              {t("sourceDigest")} <Identifier value={digest} ends={6} />
            </span>
          ) : null}
          {unread.map((each) => (
            <span key={each.kind} className="basis-full text-unknown">
              {t("sourceUnread", { kind: each.kind, reason: each.reason })} {t("awaySince")}{" "}
              <Time at={each.since} />
            </span>
          ))}
        </li>
      ))}
    </ul>
  );
}
