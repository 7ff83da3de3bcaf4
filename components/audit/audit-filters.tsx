"use client";
import { useTranslations } from "next-intl";
import { Button } from "#components/ui/button.tsx";
import { Select } from "#components/ui/select.tsx";
import { useUrlVisit } from "#components/url/use-url-state.ts";
import { ACTOR_KINDS, OUTCOMES } from "./audit-url.ts";
import { useEventVerb } from "./event-verb.ts";

interface AuditFiltersProps {
  params: Readonly<Record<string, string | undefined>>;
  /** The types that occur in this log. */
  types: readonly string[];
  isFiltered: boolean;
  onClear: () => void;
}

const INPUT = "h-8 rounded-md border border-line-strong bg-raised px-2 text-sm";

/** Narrows the log; each choice is kept in the URL and answered by the server. */
export function AuditFilters({ params, types, isFiltered, onClear }: AuditFiltersProps) {
  const t = useTranslations("audit.filters");
  const actor = useTranslations("audit.actor");
  const outcome = useTranslations("audit.outcome");
  const verb = useEventVerb();
  const { visit } = useUrlVisit();
  const choice = (name: string, text: string, options: readonly [string, string][]) => (
    <Select
      className="max-w-44"
      aria-label={text}
      value={params[name] ?? ""}
      onChange={(event) => visit({ [name]: event.target.value })}
    >
      <option value="">{text}</option>
      {options.map(([value, label]) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </Select>
  );
  return (
    <search className="flex flex-wrap items-center gap-2">
      {choice(
        "type",
        t("type"),
        types.map((type) => [type, verb(type)]),
      )}
      {choice(
        "outcome",
        t("outcome"),
        OUTCOMES.map((name) => [name, outcome(name)]),
      )}
      {choice(
        "by",
        t("by"),
        ACTOR_KINDS.map((name) => [name, actor(name)]),
      )}
      <form
        key={params.subject ?? ""}
        onSubmit={(event) => {
          event.preventDefault();
          visit({ subject: `${new FormData(event.currentTarget).get("subject") ?? ""}`.trim() });
        }}
      >
        <input
          name="subject"
          type="search"
          dir="ltr"
          aria-label={t("subject")}
          placeholder={t("subjectHint")}
          defaultValue={params.subject ?? ""}
          className={`${INPUT} w-52`}
        />
      </form>
      {(["from", "until"] as const).map((name) => (
        <label key={name} data-tip={t(`${name}Hint`)} className="flex items-center gap-1.5 text-sm">
          <span className="text-muted">{t(name)}</span>
          <input
            type="date"
            value={params[name] ?? ""}
            onChange={(event) => visit({ [name]: event.target.value })}
            className={INPUT}
          />
        </label>
      ))}
      {isFiltered ? (
        <Button size="sm" look="quiet" onClick={onClear}>
          {t("clear")}
        </Button>
      ) : null}
    </search>
  );
}
