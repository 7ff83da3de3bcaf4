"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { wallClock } from "#components/time/time-text.ts";
import { useZone } from "#components/time/use-zone.ts";
import { Button } from "#components/ui/button.tsx";

interface SearchToolsProps {
  at: Date | undefined;
  isTail: boolean;
  onTail: (isOn: boolean) => void;
  /** Takes an ISO time, or null for the newest events. */
  onJump: (at: string | null) => void;
  /** Loads events newer than the page; null when there is no place to go on from. */
  onNewer: (() => Promise<number>) | null;
}

/** Where in the log the page stands: a time to begin at, or its end, followed live. */
export function SearchTools({ at, isTail, onTail, onJump, onNewer }: SearchToolsProps) {
  const t = useTranslations("audit.search");
  return (
    <div className="flex flex-wrap items-center gap-2">
      <JumpField key={at?.getTime() ?? 0} at={at} onJump={onJump} />
      {at ? (
        <>
          <Button size="sm" look="quiet" onClick={() => onJump(null)}>
            {t("toNewest")}
          </Button>
          {onNewer ? (
            <Button size="sm" look="quiet" onClick={() => void onNewer()}>
              {t("newer")}
            </Button>
          ) : null}
        </>
      ) : (
        <TailField key={String(isTail)} isTail={isTail} onTail={onTail} />
      )}
    </div>
  );
}

/** A time on the reader's own clock, as the rows show it; taken once it is whole: on Enter, or when left. */
function JumpField({ at, onJump }: Pick<SearchToolsProps, "at" | "onJump">) {
  const t = useTranslations("audit.search");
  const zone = useZone();
  const shown = at ? wallClock(at, zone).slice(0, 16).replace(" ", "T") : "";
  const [written, setWritten] = useState(shown);
  function take() {
    if (written === shown) return;
    const time = new Date(`${written}:59.999`);
    onJump(Number.isNaN(time.getTime()) ? null : time.toISOString());
  }
  return (
    <label className="flex items-center gap-1.5 text-sm" data-tip={t("jumpHint")}>
      <span className="text-muted">{t("jump")}</span>
      <input
        type="datetime-local"
        max="9999-12-31T23:59"
        value={written}
        onChange={(event) => setWritten(event.target.value)}
        onKeyDown={(event) => event.key === "Enter" && take()}
        onBlur={take}
        className="h-8 rounded-md border border-line-strong bg-raised px-2 text-sm"
      />
    </label>
  );
}

/** Ticked at once; the page follows. */
function TailField({ isTail, onTail }: Pick<SearchToolsProps, "isTail" | "onTail">) {
  const t = useTranslations("audit.search");
  const [isWanted, setWanted] = useState(isTail);
  return (
    <label className="flex min-h-6 items-center gap-1.5 text-sm">
      <input
        type="checkbox"
        checked={isWanted}
        onChange={(event) => {
          setWanted(event.target.checked);
          onTail(event.target.checked);
        }}
      />
      {t("tail")}
    </label>
  );
}
