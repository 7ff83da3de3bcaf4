"use client";
import { useTranslations } from "next-intl";
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
      <label className="flex items-center gap-1.5 text-sm" data-tip={t("jumpHint")}>
        <span className="text-muted">{t("jump")}</span>
        <input
          type="datetime-local"
          defaultValue={at?.toISOString().slice(0, 16) ?? ""}
          key={at?.getTime() ?? 0}
          onChange={(event) => onJump(event.target.value ? `${event.target.value}:59.999Z` : null)}
          className="h-8 rounded-md border border-line-strong bg-raised px-2 text-sm"
        />
      </label>
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
        <label className="flex min-h-6 items-center gap-1.5 text-sm">
          <input
            type="checkbox"
            checked={isTail}
            onChange={(event) => onTail(event.target.checked)}
          />
          {t("tail")}
        </label>
      )}
    </div>
  );
}
