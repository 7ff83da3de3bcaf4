"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Time } from "#components/time/time.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Section } from "#components/ui/section.tsx";
import { Status } from "#components/ui/status.tsx";
import type { Discovery } from "./binding-shapes.ts";

/** What was looked at, when it was last read whole, and since when it can't be. */
export function DiscoverySources({
  tenantId,
  discovery,
}: {
  tenantId: string;
  discovery: Discovery;
}) {
  const t = useTranslations("bindings.discovery");
  const found = (["unmanaged", "missing"] as const).map((status) => (
    <Link
      key={status}
      href={`/t/${tenantId}/rotations?state=${status}`}
      className="text-accent underline"
    >
      {t(status, { count: discovery[status] })}
    </Link>
  ));
  return (
    <Section
      look="card"
      title={t("title")}
      aside={
        discovery.lastRunAt ? (
          <>
            {t("lastRun")} <Time at={discovery.lastRunAt} />
          </>
        ) : null
      }
    >
      <p className="flex flex-wrap gap-x-6 gap-y-1 px-4 py-3 text-sm">{found}</p>
      {discovery.sources.length === 0 ? (
        <EmptyState title={t("none")}>{t("noneBody")}</EmptyState>
      ) : (
        <ul>
          {discovery.sources.map((source) => (
            <li
              key={`${source.source} ${source.place}`}
              className="flex flex-wrap items-start gap-x-6 gap-y-1 border-line border-t px-4 py-3 text-sm"
            >
              <div className="min-w-0 basis-64">
                <p className="font-medium">{t(`source.${source.source}`)}</p>
                <bdi dir="ltr" className="break-all text-muted">
                  {source.place}
                </bdi>
              </div>
              <div className="min-w-0 flex-1 basis-64">
                <SourceState source={source} />
              </div>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

/** Codes with words of their own; others show what was answered. */
const WORDS = [
  "sealed",
  "standby",
  "permission_denied",
  "unreachable",
  "rate_limited",
  "outcome_unknown",
  "malformed",
  "not_found",
  "missing_route",
  "absent",
  "bad-files",
  "kinds-unread",
  "credentials_refused",
  "configuration",
  "untrusted",
] as const;

function SourceState({ source }: { source: Discovery["sources"][number] }) {
  const t = useTranslations("bindings.discovery");
  const word = WORDS.find((each) => each === source.failureCode);
  const read = source.readAt ? (
    <>
      {t("readWhole", { count: source.found })} <Time at={source.readAt} />
    </>
  ) : (
    t("neverRead")
  );
  return (
    <>
      {source.failingSince ? (
        <p>
          <Status tone="danger" look="plain">
            {word ? t(`failure.${word}`) : t("failure.other")}
          </Status>{" "}
          {t("since")} <Time at={source.failingSince} />
        </p>
      ) : null}
      {source.failingSince ? <p className="text-muted">{t("changesNothing")}</p> : null}
      {source.failureText ? (
        <bdi dir="ltr" className="block break-words text-muted text-xs">
          {source.failureText}
        </bdi>
      ) : null}
      <p>{read}</p>
      {source.takenAt ? (
        <p className="text-muted">
          {t("takenAt")} <Time at={source.takenAt} />
        </p>
      ) : null}
    </>
  );
}
