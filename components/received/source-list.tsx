"use client";
import { useTranslations } from "next-intl";
import { Time } from "#components/time/time.tsx";
import { Button } from "#components/ui/button.tsx";
import { Status } from "#components/ui/status.tsx";
import type { ReceivedOverview } from "#server/features/ingest/schema.ts";

export type Source = ReceivedOverview["sources"][number];

interface SourceListProps {
  sources: readonly Source[];
  whyNot: string | null;
  onChange: (source: Source) => void;
}

/** Each source: what it is, who vouches for what it sends, how much came, and when it was last heard. */
export function SourceList({ sources, whyNot, onChange }: SourceListProps) {
  const t = useTranslations("received");
  return (
    <ul className="text-sm">
      {sources.map((source) => (
        <li
          key={source.sourceId}
          className="flex flex-col gap-1.5 border-line border-b px-4 py-3 last:border-b-0"
        >
          <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
            <bdi dir="ltr" className="min-w-0 break-all font-medium">
              {source.name}
            </bdi>
            <span className="text-muted">{t(`kind.${source.kind}`)}</span>
            <SourceState source={source} />
            <span className="ms-auto text-muted text-xs">
              {source.lastAt ? (
                <>
                  {t("lastSeen")} <Time at={source.lastAt} />
                </>
              ) : (
                t("neverSeen")
              )}
            </span>
          </div>
          <p className="text-muted">
            {t(`how.${source.how}`)}
            {source.cluster ? ` ${t("ofCluster", { cluster: source.cluster })}` : ""}
            {source.description ? ` · ${source.description}` : ""}
          </p>
          <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
            <SourceCounts label={t("today")} counts={source.today} />
            <SourceCounts label={t("ever")} counts={source.ever} />
            {source.how === "webhook" ? (
              <Button
                size="sm"
                className="ms-auto"
                aria-label={t("source.changeOf", { name: source.name })}
                disabledReason={whyNot}
                onClick={() => onChange(source)}
              >
                {t("source.change")}
              </Button>
            ) : null}
          </div>
        </li>
      ))}
    </ul>
  );
}

function SourceState({ source }: { source: Source }) {
  const t = useTranslations("received");
  if (source.retiredAt) return <Status tone="unknown">{t("retired")}</Status>;
  if (source.how === "webhook" && source.tokens.length === 0) {
    return <Status tone="due">{t("noToken")}</Status>;
  }
  return source.today.refused > 0 ? (
    <Status tone="due">{t("someRefused")}</Status>
  ) : (
    <Status tone="ok">{t("listening")}</Status>
  );
}

function SourceCounts({ label, counts }: { label: string; counts: Source["today"] }) {
  const t = useTranslations("received");
  const parts = (["received", "repeated", "refused", "masked"] as const).filter(
    (name) => name === "received" || counts[name] > 0,
  );
  return (
    <span className="text-muted">
      {label}:{" "}
      <span className="text-text">
        {parts.map((name) => t(`count.${name}`, { count: counts[name] })).join(" · ")}
      </span>
    </span>
  );
}
