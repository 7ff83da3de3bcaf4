"use client";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTroubleWords } from "#components/delivery/trouble-words.ts";
import { Button } from "#components/ui/button.tsx";
import { Status, type Tone } from "#components/ui/status.tsx";
import type { RetentionOverview } from "#server/features/retention/views.ts";

const SettleErasure = dynamic(async () => (await import("./settle-erasure.tsx")).SettleErasure, {
  ssr: false,
});

type Act = RetentionOverview["acts"][number];
type AtSink = Act["sinks"][number];

const TONES: Record<AtSink["state"], Tone> = {
  due: "info",
  deleted: "ok",
  told: "ok",
  "by-hand": "due",
  settled: "ok",
};

/** How far an erasure reached: rows of other features, what says it still, and sinks that had received it. */
export function ActReach({
  tenantId,
  act,
  mayManage,
}: {
  tenantId: string;
  act: Act;
  mayManage: boolean;
}) {
  const t = useTranslations("retention");
  const router = useRouter();
  const [settling, setSettling] = useState<AtSink | null>(null);
  const rowsOf = (places: Act["copies"]) => places.reduce((sum, { rows }) => sum + rows, 0);
  return (
    <>
      <Places words={t("copies", { count: rowsOf(act.copies) })} places={act.copies} />
      <Places words={t("remaining", { count: rowsOf(act.remaining) })} places={act.remaining} />
      {act.sinks.map((sink) => (
        <div key={sink.erasureId} className="flex flex-col items-start gap-1">
          <Status tone={TONES[sink.state]}>
            {t(`atSink.${sink.state}`, { name: sink.name, count: sink.events })}
          </Status>
          {sink.trouble ? <SinkTrouble said={sink.trouble} /> : null}
          {sink.settledReason ? (
            <p className="text-muted text-xs">
              {t("atSink.settledBy", { name: sink.settledBy ?? "", reason: sink.settledReason })}
            </p>
          ) : null}
          {sink.state === "due" || sink.state === "by-hand" ? (
            <Button
              size="sm"
              aria-label={t("atSink.settleOf", { name: sink.name })}
              disabledReason={mayManage ? null : t("mayNot")}
              onClick={() => setSettling(sink)}
            >
              {t("atSink.settle")}
            </Button>
          ) : null}
        </div>
      ))}
      {settling ? (
        <SettleErasure
          tenantId={tenantId}
          sink={settling}
          onClose={() => setSettling(null)}
          onDone={() => {
            setSettling(null);
            router.refresh();
          }}
        />
      ) : null}
    </>
  );
}

function SinkTrouble({ said }: { said: string }) {
  const { message, remedy } = useTroubleWords()({ message: said, remedy: "" });
  return <p className="text-danger text-xs">{remedy ? `${message}. ${remedy}` : message}</p>;
}

function Places({ words, places }: { words: string; places: Act["copies"] }) {
  if (places.length === 0) return null;
  return (
    <details>
      <summary className="cursor-pointer">{words}</summary>
      <ul className="text-muted text-xs">
        {places.map(({ place, rows }) => (
          <li key={place}>
            <bdi dir="ltr" className="font-mono">
              {place}
            </bdi>{" "}
            {rows}
          </li>
        ))}
      </ul>
    </details>
  );
}
