"use client";
import { useTranslations } from "next-intl";
import { Time } from "#components/time/time.tsx";
import { Section } from "#components/ui/section.tsx";
import type { CursorView } from "#server/features/delivery/schema.ts";
import { fieldWord } from "./field-words.ts";
import { useTroubleWords } from "./trouble-words.ts";

/** What stands in a cursor's way, or did last: the field at fault and what to do. */
export function SinkTrouble({ cursor }: { cursor: CursorView }) {
  const t = useTranslations("delivery");
  const words = useTroubleWords();
  const { trouble, failures, circuit } = cursor;
  if (!trouble) return null;
  const { message, remedy } = words(trouble);
  const isNow = failures > 0;
  return (
    <Section
      title={t(isNow ? "panel.trouble" : "panel.pastTrouble")}
      aside={<Time at={trouble.at} />}
    >
      <div
        className={
          isNow
            ? "flex flex-col gap-1 rounded-md bg-danger-tint px-3 py-2 text-danger text-sm"
            : "flex flex-col gap-1 text-muted text-sm"
        }
      >
        <p>
          {trouble.field === "connection" ? null : (
            <strong className="font-semibold">{`${fieldWord(trouble.field, t)}: `}</strong>
          )}
          <bdi className="font-sans">{message}</bdi>
        </p>
        <p>
          <bdi className="font-sans">{remedy}</bdi>
        </p>
        {isNow ? (
          <p>
            {t("panel.nextTry")} <Time at={cursor.nextAttemptAt} />
          </p>
        ) : null}
      </div>
      {circuit === "open" ? <p className="text-muted text-sm">{t("panel.circuitOpen")}</p> : null}
    </Section>
  );
}
