"use client";
import { useTranslations } from "next-intl";
import { Button } from "#components/ui/button.tsx";
import { Select } from "#components/ui/select.tsx";
import { useUrlVisit } from "#components/url/use-url-state.ts";
import { ENVIRONMENTS } from "#server/engines/deployments/environment-policy.ts";
import { DRIFT_RULES, SEVERITIES } from "#server/engines/drift/finding.ts";
import type { Summary } from "#server/features/drift/views.ts";
import { DRIFT_PARAMS, EVERY_STATE, NO_DRIFT_FILTERS, STATES } from "./drift-url.ts";

interface DriftFiltersProps {
  params: Readonly<Record<string, string | undefined>>;
  summary: Summary;
}

/** Narrows the list; kept in the URL and answered by the server. */
export function DriftFilters({ params, summary }: DriftFiltersProps) {
  const t = useTranslations("drift");
  const { visit } = useUrlVisit();
  const clusters = [...new Set([...summary.clusters, params.cluster ?? ""])].filter(Boolean);
  const choices = [
    {
      param: "severity",
      label: t("filters.severity"),
      any: t("filters.anySeverity"),
      options: SEVERITIES.map((name) => [name, t(`severity.${name}`)] as const),
    },
    {
      param: "state",
      label: t("filters.state"),
      any: t("filters.anyState"),
      options: [
        ...STATES.map((name) => [name, t(`state.${name}`)] as const),
        [EVERY_STATE, t("filters.everyState")] as const,
      ],
    },
    {
      param: "rule",
      label: t("filters.rule"),
      any: t("filters.anyRule"),
      options: DRIFT_RULES.map((name) => [name, t(`rule.${name}`)] as const),
    },
    ...(clusters.length > 1 || params.cluster
      ? [
          {
            param: "cluster",
            label: t("filters.cluster"),
            any: t("filters.anyCluster"),
            options: clusters.map((name) => [name, name] as const),
          },
        ]
      : []),
    {
      param: "environment",
      label: t("filters.environment"),
      any: t("filters.anyEnvironment"),
      options: ENVIRONMENTS.map((name) => [name, name] as const),
    },
  ];
  return (
    <search className="flex flex-wrap items-center gap-2">
      <form
        key={params.q ?? ""}
        onSubmit={(event) => {
          event.preventDefault();
          visit({ q: `${new FormData(event.currentTarget).get("q") ?? ""}`.trim() });
        }}
      >
        <input
          name="q"
          type="search"
          maxLength={200}
          aria-label={t("filters.search")}
          placeholder={t("filters.search")}
          defaultValue={params.q ?? ""}
          className="h-8 w-64 max-w-full rounded-md border border-line-strong bg-raised px-2.5 text-sm"
        />
      </form>
      {choices.map(({ param, label, any, options }) => (
        <Select
          key={param}
          aria-label={label}
          className="max-w-48"
          value={options.some(([name]) => name === params[param]) ? params[param] : ""}
          onChange={(event) => visit({ [param]: event.target.value, finding: null, group: null })}
        >
          <option value="">{any}</option>
          {options.map(([name, word]) => (
            <option key={name} value={name}>
              {word}
            </option>
          ))}
        </Select>
      ))}
      {DRIFT_PARAMS.some((name) => params[name]) ? (
        <Button size="sm" look="quiet" onClick={() => visit(NO_DRIFT_FILTERS)}>
          {t("filters.clear")}
        </Button>
      ) : null}
    </search>
  );
}
