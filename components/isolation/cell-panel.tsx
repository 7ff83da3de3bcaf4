"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Time } from "#components/time/time.tsx";
import { DetailPanel } from "#components/ui/detail-panel.tsx";
import { Identifier } from "#components/ui/identifier.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { Section } from "#components/ui/section.tsx";
import { Status, type Tone } from "#components/ui/status.tsx";
import { Timeline } from "#components/ui/timeline.tsx";
import type { CellDetail, FactView } from "#server/features/isolation/views.ts";
import { CELL_TONE } from "./cell-tone.ts";
import { ExportEvidence } from "./export-evidence.tsx";
import { FactSentence } from "./fact-sentence.tsx";
import { SourceList } from "./source-list.tsx";

const VERDICT_TONE: Record<FactView["verdict"], Tone> = {
  violates: "danger",
  unknown: "unknown",
  supports: "ok",
  notes: "info",
};

interface CellPanelProps {
  tenantId: string;
  cell: CellDetail;
  onClose: () => void;
}

/** One cell: its facts as sentences with what they were read from, its sources, and how it changed. */
export function CellPanel({ tenantId, cell, onClose }: CellPanelProps) {
  const t = useTranslations("isolation");
  const environment = cell.environment;
  const kind =
    cell.layer === "residency"
      ? environment
      : cell.model
        ? t("cell.kind", { environment, model: t(`model.${cell.model}`) })
        : t("cell.kindNone", { environment });
  return (
    <DetailPanel
      title={t(`layer.${cell.layer}`)}
      kind={kind}
      onClose={onClose}
      actions={cell.factsDigest ? <ExportEvidence tenantId={tenantId} cell={cell} /> : null}
    >
      <p>
        <Status tone={CELL_TONE[cell.state]}>{t(`state.${cell.state}`)}</Status>
      </p>
      <Section title={t("cell.facts")}>
        {cell.facts.length === 0 ? (
          <p className="text-muted text-sm">{t("cell.noFacts")}</p>
        ) : (
          <ul className="flex flex-col gap-3">
            {cell.facts.map((fact, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: facts have no id, and their order is theirs
              <li key={at} className="flex flex-col gap-0.5 text-sm">
                <Status tone={VERDICT_TONE[fact.verdict]} look="plain">
                  {t(`verdict.${fact.verdict}`)}
                </Status>
                <p className="break-words">
                  <FactSentence fact={fact} />
                </p>
                <FactSource fact={fact} sources={cell.sources} />
                {fact.objects.length > 0 ? (
                  <p dir="ltr" className="break-words text-start font-mono text-muted text-xs">
                    {fact.objects.join(" · ")}
                  </p>
                ) : null}
              </li>
            ))}
          </ul>
        )}
      </Section>
      <KeyValueList
        facts={[
          {
            name: t("cell.since"),
            value: cell.since ? <Time at={cell.since} /> : t("notLooked"),
          },
          {
            name: t("cell.observed"),
            value: cell.observedAt ? <Time at={cell.observedAt} /> : t("notLooked"),
          },
          { name: t("cell.declared"), value: cell.declaredVersion ?? t("noModel") },
          {
            name: t("cell.digest"),
            value: cell.factsDigest ? <Identifier value={cell.factsDigest} ends={8} /> : "–",
          },
        ]}
      />
      <Section title={t("sources")}>
        <SourceList sources={cell.sources} />
      </Section>
      <Section title={t("cell.history")}>
        {cell.history.length === 0 ? (
          <p className="text-muted text-sm">{t("cell.noHistory")}</p>
        ) : null}
        <Timeline
          label={t("cell.history")}
          steps={cell.history.map(({ changeId, before, state, at, eventId }) => ({
            key: changeId,
            title: before
              ? t("cell.from", { before: t(`state.${before}`), state: t(`state.${state}`) })
              : t("cell.first", { state: t(`state.${state}`) }),
            detail: <Changed tenantId={tenantId} at={at} eventId={eventId} />,
            stage: state === "verified" ? "done" : state === "violated" ? "failed" : "ahead",
            stageLabel: t("cell.stage"),
          }))}
        />
        <Link
          className="text-accent text-sm underline"
          href={`/t/${tenantId}/audit?q=${encodeURIComponent(`type:runtime.isolation.* payload.layer:${cell.layer}`)}`}
        >
          {t("cell.inLog")}
        </Link>
      </Section>
    </DetailPanel>
  );
}

/** Where a fact was read, with the digest of what was read and when. */
function FactSource({ fact, sources }: { fact: FactView; sources: CellDetail["sources"] }) {
  const t = useTranslations("isolation");
  const { kind, name } = fact.source;
  if (name === "") return null;
  const source = sources.find((each) => each.kind === kind && each.name === name);
  return (
    <p className="flex flex-wrap items-center gap-x-2 text-muted text-xs">
      <span>
        {t("cell.from-source", {
          source: `${t(`sourceKind.${kind as "cluster"}`)} \u2068${name}\u2069`,
        })}
      </span>
      {source?.digest ? <Identifier value={source.digest} ends={4} /> : null}
      {source?.takenAt ? <Time at={source.takenAt} /> : null}
    </p>
  );
}

function Changed(props: { tenantId: string; at: Date; eventId: string | null }) {
  const t = useTranslations("isolation");
  return (
    <span className="flex flex-wrap gap-x-2">
      <Time at={props.at} />
      {props.eventId ? (
        <Link
          className="text-accent underline"
          href={`/t/${props.tenantId}/audit?event=${props.eventId}`}
        >
          {t("cell.event")}
        </Link>
      ) : null}
    </span>
  );
}
