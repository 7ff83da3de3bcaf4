"use client";
import { useTranslations } from "next-intl";
import { Dialog } from "#components/ui/dialog.tsx";
import { MAX_CONDITIONS, MAX_DEPTH, PREFIX_BOUNDS } from "#server/engines/query-language/limits.ts";

const LINES = [
  ["words", 'signing "signing key"'],
  ["field", "outcome:denied actor:alice"],
  ["family", "type:runtime.secrets.*"],
  ["combine", "(actor:alice OR actor:badr) -source:worker NOT outcome:succeeded"],
  ["several", "outcome:(denied OR failed)"],
  ["time", "since:7d time:[2026-11-01 TO 2026-11-22}"],
  ["index", "index:[1000 TO 2000]"],
  ["payload", "payload.region:muscat"],
  ["equals", 'payload.ticket:="CHG-4711"'],
  ["prefix", "payload.reason:rot*"],
  ["trace", "trace:4bf92f3577b34da6a3ce929d0e0e4736"],
  ["escape", 'payload.name:"a:b" a\\:b'],
] as const;

interface LanguageHelpProps {
  onTry: (query: string) => void;
  onClose: () => void;
}

/** The query language on one page: each kind of condition with an example, and what it can't do. */
export function LanguageHelp({ onTry, onClose }: LanguageHelpProps) {
  const t = useTranslations("audit.search.help");
  return (
    <Dialog isOpen title={t("title")} onClose={onClose}>
      <div className="flex flex-col gap-3 text-sm">
        <p>{t("intro")}</p>
        <dl className="flex flex-col gap-2">
          {LINES.map(([key, example]) => (
            <div key={key} className="flex flex-col">
              <dt>
                <button
                  type="button"
                  dir="ltr"
                  className="min-h-6 break-words text-start font-mono text-accent hover:underline"
                  data-tip={t("try")}
                  onClick={() => onTry(example)}
                >
                  {example}
                </button>
              </dt>
              <dd className="text-muted">{t(key)}</dd>
            </div>
          ))}
        </dl>
        <h3 className="font-semibold">{t("payloadTitle")}</h3>
        <p>{t("payloadBody", { min: PREFIX_BOUNDS.min, max: PREFIX_BOUNDS.max })}</p>
        <h3 className="font-semibold">{t("limitsTitle")}</h3>
        <p>{t("limitsBody", { depth: MAX_DEPTH, conditions: MAX_CONDITIONS })}</p>
      </div>
    </Dialog>
  );
}
