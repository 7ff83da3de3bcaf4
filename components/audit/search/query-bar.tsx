"use client";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { cx } from "#components/ui/cx.ts";
import type { QueryLanguage } from "./query-language.ts";
import type { ShownProblem } from "./query-problems.tsx";

const QueryProblems = dynamic(async () => (await import("./query-problems.tsx")).QueryProblems, {
  ssr: false,
});

interface QueryBarProps {
  /** The query that the page shows. */
  query: string;
  /** What the server said of it. */
  problems: readonly ShownProblem[];
  types: readonly string[];
  isPending: boolean;
  onSearch: (query: string) => void;
}

const TEXT = "whitespace-pre-wrap break-words px-3 py-1.5 font-mono text-sm leading-5";
const COLOURS: Readonly<Record<string, string>> = {
  field: "text-accent",
  "unknown-field": "text-danger underline decoration-wavy",
  keyword: "font-semibold text-info",
  operator: "font-semibold text-info",
  bracket: "text-muted",
  phrase: "text-ok",
  wildcard: "font-semibold text-due",
  error: "text-danger underline decoration-wavy",
};

/** Where one writes a query: coloured, completed and explained as one types. Enter searches. */
export function QueryBar({ query, problems, types, isPending, onSearch }: QueryBarProps) {
  const t = useTranslations("audit.search");
  const ids = { list: useId(), problems: useId() };
  const input = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(query);
  const [cursor, setCursor] = useState<number | null>(null);
  const [chosen, setChosen] = useState(-1);
  const [language, setLanguage] = useState<QueryLanguage>();
  useEffect(() => setText(query), [query]);
  useEffect(() => {
    void import("./query-language.ts").then((module) => setLanguage(module.queryLanguage));
  }, []);

  const isChanged = text !== query;
  const shownProblems = !isChanged
    ? problems
    : (language?.analyzeQuery(text, { now: Date.now(), knownTypes: types }).problems ?? []);
  const completions =
    language && cursor !== null ? language.completeQuery(text, cursor, { types }) : null;
  const options = completions?.options.slice(0, 8) ?? [];
  const isOpen = options.length > 0 && cursor !== null && isChanged;

  function take(at: number) {
    const option = options[at];
    if (!option || !completions) return;
    const next = text.slice(0, completions.from) + option.insert + text.slice(completions.to);
    const place = completions.from + option.insert.length;
    setText(next);
    setCursor(place);
    setChosen(-1);
    requestAnimationFrame(() => input.current?.setSelectionRange(place, place));
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (event.key === "Enter" && !event.nativeEvent.isComposing) {
      event.preventDefault();
      if (isOpen && chosen >= 0) take(chosen);
      else search(text);
    } else if (isOpen && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setChosen(
        (chosen + step + options.length + (chosen < 0 && step < 0 ? 1 : 0)) % options.length,
      );
    } else if (isOpen && event.key === "Tab" && chosen >= 0) {
      event.preventDefault();
      take(chosen);
    } else if (event.key === "Escape") {
      setCursor(null);
    }
  }

  function search(next: string) {
    setCursor(null);
    onSearch(next.trim());
  }

  return (
    <search className="flex min-w-0 flex-1 basis-full flex-col">
      <form
        className="flex items-start gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          search(text);
        }}
      >
        <div className="relative min-w-0 flex-1 rounded-md border border-line-strong bg-raised focus-within:outline-2 focus-within:outline-accent">
          <div aria-hidden="true" dir="ltr" className={cx(TEXT, "min-h-8")}>
            {language ? <Highlighted text={text} language={language} /> : text}
            {"\u200b"}
          </div>
          <textarea
            ref={input}
            name="q"
            dir="ltr"
            rows={1}
            spellCheck={false}
            autoComplete="off"
            role="combobox"
            aria-label={t("label")}
            aria-expanded={isOpen}
            aria-controls={ids.list}
            aria-autocomplete="list"
            aria-activedescendant={isOpen && chosen >= 0 ? `${ids.list}-${chosen}` : undefined}
            aria-describedby={shownProblems.length > 0 ? ids.problems : undefined}
            aria-invalid={shownProblems.some((problem) => problem.severity === "error")}
            placeholder={t("hint")}
            value={text}
            onChange={(event) => {
              setText(event.target.value.replaceAll("\n", " "));
              setCursor(event.target.selectionStart);
              setChosen(-1);
            }}
            onBlur={() => setCursor(null)}
            onKeyDown={onKeyDown}
            className={cx(
              TEXT,
              "absolute inset-0 h-full w-full resize-none overflow-hidden bg-transparent text-transparent placeholder-shown:whitespace-nowrap caret-text outline-none placeholder:text-muted",
            )}
          />
          <div
            id={ids.list}
            role="listbox"
            aria-label={t("suggestions")}
            hidden={!isOpen}
            dir="ltr"
            className="absolute start-0 top-full z-20 mt-1 min-w-56 max-w-full overflow-hidden rounded-md border border-line bg-raised py-1 shadow-lg"
          >
            {options.map((option, at) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard is the text field's
              <div
                key={option.label}
                id={`${ids.list}-${at}`}
                role="option"
                tabIndex={-1}
                aria-selected={at === chosen}
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => take(at)}
                className={cx(
                  "truncate px-3 py-1 font-mono text-sm",
                  at === chosen ? "bg-selected" : "hover:bg-hover",
                )}
              >
                {option.label}
              </div>
            ))}
          </div>
        </div>
        <Button type="submit" isBusy={isPending}>
          {t("submit")}
        </Button>
      </form>
      {shownProblems.length > 0 ? (
        <QueryProblems id={ids.problems} query={text} problems={shownProblems} onFix={search} />
      ) : null}
    </search>
  );
}

function Highlighted({ text, language }: { text: string; language: QueryLanguage }) {
  const parts: { text: string; tag: string; from: number }[] = [];
  let at = 0;
  for (const { from, to, tag } of language.highlightQuery(text)) {
    if (from < at) continue;
    if (from > at) parts.push({ text: text.slice(at, from), tag: "", from: at });
    parts.push({ text: text.slice(from, to), tag, from });
    at = to;
  }
  parts.push({ text: text.slice(at), tag: "", from: at });
  return parts.map((part) => (
    <span key={part.from} className={COLOURS[part.tag] ?? ""}>
      {part.text}
    </span>
  ));
}
