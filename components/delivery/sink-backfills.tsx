"use client";
import { useTranslations } from "next-intl";
import { useAct } from "#components/problem/use-act.ts";
import { Time } from "#components/time/time.tsx";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { Section } from "#components/ui/section.tsx";
import { Status } from "#components/ui/status.tsx";
import type { CursorView } from "#server/features/delivery/schema.ts";
import { SinkTrouble } from "./sink-trouble.tsx";

interface SinkBackfillsProps {
  tenantId: string;
  cursors: readonly CursorView[];
  onChanged: () => void;
}

const TONES = { running: "info", done: "ok", stopped: "unknown" } as const;

/** Ranges of the past that are sent beside what is new, the newest first. */
export function SinkBackfills({ tenantId, cursors, onChanged }: SinkBackfillsProps) {
  const t = useTranslations("delivery");
  return (
    <Section title={t("panel.backfills")}>
      {cursors.length === 0 ? (
        <p className="text-muted text-sm">{t("panel.backfillsNone")}</p>
      ) : (
        <ul className="flex flex-col gap-3">
          {cursors.map((cursor) => (
            <Backfill
              key={cursor.cursorId}
              tenantId={tenantId}
              cursor={cursor}
              onChanged={onChanged}
            />
          ))}
        </ul>
      )}
    </Section>
  );
}

interface BackfillProps {
  tenantId: string;
  cursor: CursorView;
  onChanged: () => void;
}

function Backfill({ tenantId, cursor, onChanged }: BackfillProps) {
  const t = useTranslations("delivery");
  const { isBusy, failure, run } = useAct();
  const { cursorId, fromLeaf, untilLeaf, nextLeaf, state, kind } = cursor;
  const range = { from: fromLeaf, until: untilLeaf ?? "" };
  const length = Number(untilLeaf) - Number(fromLeaf);
  const percent =
    length > 0 ? Math.floor((100 * (Number(nextLeaf) - Number(fromLeaf))) / length) : 100;
  const stop = () =>
    run(() => consoleClient(tenantId).delivery.stopBackfill.mutate({ cursorId }), onChanged);
  return (
    <li className="flex flex-col gap-1 text-sm">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Status tone={TONES[state]} look="plain">
          {t(`cursor.${state}`)}
        </Status>
        <span>{kind === "redrive" ? t("panel.redrive") : t("panel.range", range)}</span>
        {kind === "backfill" && state !== "done" ? (
          <span className="text-muted">{t("panel.progress", { percent })}</span>
        ) : null}
        <span className="text-muted">
          <Time at={cursor.startedAt} />
        </span>
        {kind === "backfill" && state === "running" ? (
          <Button size="sm" isBusy={isBusy} aria-label={t("panel.stopOne", range)} onClick={stop}>
            {t("panel.stop")}
          </Button>
        ) : null}
      </div>
      {cursor.query ? (
        <bdi dir="ltr" className="break-words font-mono text-muted text-xs">
          {cursor.query}
        </bdi>
      ) : null}
      {state === "running" && cursor.failures > 0 ? <SinkTrouble cursor={cursor} /> : null}
      {failure ? (
        <p role="alert" className="text-danger text-xs">
          {failure}
        </p>
      ) : null}
    </li>
  );
}
