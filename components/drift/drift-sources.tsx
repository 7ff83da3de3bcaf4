"use client";
import { CloudOff } from "lucide-react";
import { useTranslations } from "next-intl";
import { Time } from "#components/time/time.tsx";
import { Identifier } from "#components/ui/identifier.tsx";
import { Section } from "#components/ui/section.tsx";
import { Status } from "#components/ui/status.tsx";
import type { KnownSource } from "#server/features/drift/schema.ts";

/** Says that something is away, and what that means for what is shown. */
export function AwayBanner({ sources }: { sources: readonly KnownSource[] }) {
  const t = useTranslations("drift.sources");
  const count = sources.filter(({ reason }) => reason !== null).length;
  if (count === 0) return null;
  return (
    <p className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-lg border border-line bg-unknown-tint px-4 py-2 text-sm">
      <CloudOff aria-hidden className="size-4 shrink-0 text-unknown" />
      <span className="min-w-0 flex-1">{t("banner", { count })}</span>
      <a href="#sources" className="inline-flex min-h-6 items-center text-accent underline">
        {t("show")}
      </a>
    </p>
  );
}

/** What the findings were made from: at which revision, as of when, and since when something is away. */
export function DriftSources({ sources }: { sources: readonly KnownSource[] }) {
  const t = useTranslations("drift.sources");
  return (
    <div id="sources" className="scroll-mt-16">
      <Section title={t("title")}>
        {sources.length === 0 ? (
          <p className="text-muted text-sm">{t("none")}</p>
        ) : (
          <ul className="flex flex-col gap-2 text-sm">
            {sources.map((source) => (
              <li key={`${source.kind}/${source.cluster}/${source.name}`}>
                <SourceLine source={source} />
              </li>
            ))}
          </ul>
        )}
      </Section>
    </div>
  );
}

function SourceLine({ source }: { source: KnownSource }) {
  const t = useTranslations("drift.sources");
  const { kind, cluster, name, reason, takenAt, awaySince, revision, problems } = source;
  return (
    <div className="flex flex-col gap-0.5">
      <p className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5">
        <span>
          {t(`kind.${kind}`)}{" "}
          <bdi dir="ltr">{name === cluster ? name : `${cluster} · ${name}`}</bdi>
        </span>
        {reason === null ? (
          <Status tone="ok" look="plain">
            {t("read")}
          </Status>
        ) : (
          <span className="text-unknown">
            {awaySince
              ? t.rich("away", { time: () => <Time key="since" at={awaySince} /> })
              : t("awayNever")}
          </span>
        )}
        {reason === null && takenAt ? (
          <span className="text-muted">
            {t.rich("taken", { time: () => <Time key="taken" at={takenAt} /> })}
          </span>
        ) : null}
        {revision ? (
          <span className="inline-flex items-center gap-1 text-muted">
            {t("revision")} <Identifier value={revision} ends={6} />
          </span>
        ) : null}
        {source.signature ? <Signature of={source.signature} /> : null}
      </p>
      {reason === null ? null : (
        <p className="text-muted">{t("because", { reason: `\u2068${reason}\u2069` })}</p>
      )}
      {problems > 0 ? (
        <details>
          <summary className="min-h-6 text-due">{t("problems", { count: problems })}</summary>
          <ul dir="ltr" className="mt-1 flex flex-col gap-1 text-start font-mono text-xs">
            {source.firstProblems.map((problem) => (
              <li key={problem} className="break-words">
                {problem}
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </div>
  );
}

const TONES = {
  verified: "ok",
  rejected: "danger",
  none: "unknown",
  unchecked: "unknown",
} as const;

/** Whether somebody who is allowed signed the revision. */
function Signature({ of }: { of: NonNullable<KnownSource["signature"]> }) {
  const t = useTranslations("drift.sources.signature");
  const { state, signer, why } = of;
  return (
    <Status tone={TONES[state]} look="plain">
      {state === "verified"
        ? t("verified", { signer: `\u2068${signer ?? ""}\u2069` })
        : state === "rejected"
          ? t("rejected", { why: `\u2068${why ?? ""}\u2069` })
          : t(state)}
    </Status>
  );
}
