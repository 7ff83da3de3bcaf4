"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { Time } from "#components/time/time.tsx";
import { Button } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Section } from "#components/ui/section.tsx";
import { Select } from "#components/ui/select.tsx";
import { Status } from "#components/ui/status.tsx";
import { useUrlVisit } from "#components/url/use-url-state.ts";
import type { DeadLetterSummary } from "#server/features/ingest/schema.ts";
import { LETTER_STATES, type LetterState } from "./received-url.ts";

interface DeadLetterListProps {
  tenantId: string;
  waiting: number;
  state: LetterState;
  letters: { items: readonly DeadLetterSummary[]; next: string | null };
  onOpen: (deadLetterId: string) => void;
}

/** What was refused, those that came last first. */
export function DeadLetterList(props: DeadLetterListProps) {
  const { tenantId, waiting, state, letters, onOpen } = props;
  const t = useTranslations("received.letters");
  const { visit } = useUrlVisit();
  const { isBusy, failure, run } = useAct();
  const [more, setMore] = useState<{
    after: string | null;
    items: readonly DeadLetterSummary[];
    next: string | null;
  }>({ after: null, items: [], next: null });
  // A page that was loaded anew begins anew.
  const isCurrent = more.after === letters.next && more.after !== null;
  const items = isCurrent ? [...letters.items, ...more.items] : letters.items;
  const next = isCurrent ? more.next : letters.next;

  const loadMore = () =>
    run(
      async () => {
        const { consoleClient } = await import("#components/trpc/console-client.ts");
        return consoleClient(tenantId).ingest.deadLetters.query({ state, after: next });
      },
      (page) =>
        setMore({
          after: letters.next,
          items: isCurrent ? [...more.items, ...page.items] : page.items,
          next: page.next,
        }),
    );

  return (
    <Section
      look="card"
      title={t("title", { waiting })}
      aside={
        <Select
          aria-label={t("which")}
          value={state}
          onChange={(event) => visit({ state: event.target.value, letter: null })}
        >
          {LETTER_STATES.map((name) => (
            <option key={name} value={name}>
              {t(`state.${name}`)}
            </option>
          ))}
        </Select>
      }
    >
      {items.length === 0 ? (
        <EmptyState title={t(`empty.${state}`)}>{t(`emptyBody.${state}`)}</EmptyState>
      ) : (
        <ul className="text-sm">
          {items.map((letter) => (
            <li
              key={letter.deadLetterId}
              className="flex items-baseline border-line border-b last:border-b-0 hover:bg-hover"
            >
              <button
                type="button"
                onClick={() => onOpen(letter.deadLetterId)}
                className="flex min-w-0 flex-1 flex-wrap items-baseline gap-x-3 gap-y-1 px-4 py-2.5 text-start"
              >
                <Status tone={letter.reason === "foreign-tenant" ? "danger" : "due"} look="plain">
                  {t(`reason.${letter.reason}`)}
                </Status>
                <bdi dir="ltr" className="min-w-0 break-all">
                  {letter.sourceName}
                </bdi>
                <span className="text-muted">
                  {letter.field ? <bdi dir="ltr">{letter.field}</bdi> : null}{" "}
                  {letter.attempts > 1 ? t("attempts", { count: letter.attempts }) : null}
                </span>
              </button>
              <span className="px-4 py-2.5 text-muted text-xs">
                <Time at={letter.settledAt ?? letter.lastAt} />
              </span>
            </li>
          ))}
        </ul>
      )}
      {next ? (
        <div className="flex items-center gap-3 px-4 py-3">
          <Button onClick={loadMore} isBusy={isBusy}>
            {t("more")}
          </Button>
          {failure ? <p role="alert">{t("moreFailed")}</p> : null}
        </div>
      ) : null}
    </Section>
  );
}
