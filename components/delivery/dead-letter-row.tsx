"use client";
import { useTranslations } from "next-intl";
import { Time } from "#components/time/time.tsx";
import { Button } from "#components/ui/button.tsx";
import type { DeadLetterView } from "#server/features/delivery/schema.ts";
import type { Settling } from "./settle-dialog.tsx";
import { useTroubleWords } from "./trouble-words.ts";

interface DeadLetterRowProps {
  letter: DeadLetterView;
  mayManage: boolean;
  onInspect: () => void;
  onSettle: (settling: Settling) => void;
}

/** One dead letter: what, for whom, why, and what may be done with it. */
export function DeadLetterRow({ letter, mayManage, onInspect, onSettle }: DeadLetterRowProps) {
  const t = useTranslations("delivery");
  const { letterId, leafIndex: index, sinkId, sinkName } = letter;
  const words = useTroubleWords();
  const whyNot = mayManage ? null : t("mayNot");
  const settle = (act: Settling["act"]) =>
    onSettle({ act, sink: { sinkId, name: sinkName }, letterIds: [letterId] });
  return (
    <li className="flex flex-wrap items-start gap-x-6 gap-y-2 border-line border-b px-4 py-3 text-sm last:border-b-0">
      <div className="min-w-0 flex-1 basis-72">
        <bdi dir="ltr" className="break-all font-mono">
          {letter.type}
        </bdi>
        <p className="text-muted">
          <bdi className="font-sans">{sinkName}</bdi>
          {` · ${t("letters.leaf", { index })} · `}
          <Time at={letter.deadAt} />
        </p>
      </div>
      <div className="min-w-0 flex-1 basis-56">
        <bdi className="break-words font-sans">
          {words({ message: letter.reason, remedy: "" }).message}
        </bdi>
        <p className="text-muted text-xs">{t("letters.attempts", { count: letter.attempts })}</p>
      </div>
      <div className="flex flex-wrap gap-2">
        <Button
          size="sm"
          disabledReason={whyNot}
          aria-label={t("letters.inspectOne", { index, sink: sinkName })}
          onClick={onInspect}
        >
          {t("letters.inspect")}
        </Button>
        {letter.state === "waiting" ? (
          <>
            <Button size="sm" disabledReason={whyNot} onClick={() => settle("redrive")}>
              {t("letters.redrive")}
            </Button>
            <Button size="sm" disabledReason={whyNot} onClick={() => settle("discard")}>
              {t("letters.discard")}
            </Button>
          </>
        ) : null}
      </div>
    </li>
  );
}
