"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Section } from "#components/ui/section.tsx";
import { Select } from "#components/ui/select.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";
import type { Rules } from "#server/features/policy/schema.ts";
import { DraftProblems } from "./draft-problems.tsx";
import { NewRule } from "./new-rule.tsx";
import { TrialResult } from "./trial-result.tsx";
import { useTrial } from "./use-trial.ts";

const SCHEMA = "schema.cedarschema";
const LASTS = [100, 1_000, 5_000] as const;

/** Rules in force, to be changed file by file; only what differs is sent. */
export function RulesDraft({ tenantId, rules }: { tenantId: string; rules: Rules }) {
  const t = useTranslations("whatIf");
  const trial = useTrial(tenantId);
  const inForce = new Map(rules.policies.map(({ policyId, text }) => [policyId, text]));
  const delegated = new Set(
    rules.policies.flatMap((rule) => (rule.isDelegated ? [rule.policyId] : [])),
  );
  const [draft, setDraft] = useState<ReadonlyMap<string, string | null>>(new Map());
  const [schema, setSchema] = useState(rules.schema);
  const [chosen, setChosen] = useState(rules.policies[0]?.policyId ?? SCHEMA);
  const [last, setLast] = useState<number>(1_000);
  const ids = [...new Set([...inForce.keys(), ...draft.keys()])].sort();
  const own = draft.get(chosen);
  const text = chosen === SCHEMA ? schema : own === undefined ? inForce.get(chosen) : own;
  const isChanged = draft.size > 0 || schema !== rules.schema;

  function change(id: string, next: string | null | undefined) {
    trial.forget();
    const changed = new Map(draft);
    if (next === undefined || next === inForce.get(id)) changed.delete(id);
    else changed.set(id, next);
    setDraft(changed);
  }

  function edit(next: string) {
    trial.forget();
    if (chosen === SCHEMA) setSchema(next);
    else change(chosen, next);
  }

  return (
    <>
      <Section look="card" title={t("rules")}>
        <div className="flex flex-col gap-4 px-4 py-3">
          <div className="flex flex-wrap items-end gap-4">
            <div className="min-w-0">
              <Field label={t("rule")} hint={delegated.has(chosen) ? t("delegated") : null}>
                {(control) => (
                  <Select
                    {...control}
                    value={chosen}
                    onChange={(event) => setChosen(event.target.value)}
                  >
                    {ids.map((id) => (
                      <option key={id} value={id}>
                        {draft.has(id)
                          ? `${id} – ${t(draft.get(id) === null ? "removed" : "changed")}`
                          : id}
                      </option>
                    ))}
                    <option value={SCHEMA}>{t("schemaFile")}</option>
                  </Select>
                )}
              </Field>
            </div>
            {chosen === SCHEMA ? null : (
              <Button onClick={() => change(chosen, own === undefined ? null : undefined)}>
                {t(own === undefined ? "remove" : "restore")}
              </Button>
            )}
            <NewRule
              taken={ids}
              onAdd={(id) => {
                change(
                  id,
                  `// \nforbid (\n  principal,\n  action == Action::"ExecuteDeployment",\n  resource\n);\n`,
                );
                setChosen(id);
              }}
            />
          </div>
          {text === null || text === undefined ? null : (
            <TextareaField
              label={t("text")}
              dir="ltr"
              spellCheck={false}
              rows={12}
              className="font-mono text-sm"
              value={text}
              onChange={edit}
            />
          )}
          <div className="flex flex-wrap items-end gap-4">
            <Field label={t("last")}>
              {(control) => (
                <Select
                  {...control}
                  value={last}
                  onChange={(event) => setLast(Number(event.target.value))}
                >
                  {LASTS.map((count) => (
                    <option key={count}>{count}</option>
                  ))}
                </Select>
              )}
            </Field>
            <Button
              look="primary"
              isBusy={trial.isBusy}
              disabledReason={isChanged ? null : t("nothing")}
              onClick={() =>
                trial.run({
                  policies: Object.fromEntries(draft),
                  ...(schema === rules.schema ? {} : { schema }),
                  last,
                })
              }
            >
              {t("try")}
            </Button>
          </div>
          <DraftProblems problems={trial.found?.problems ?? []} />
          {trial.failure ? (
            <p role="alert" className="rounded-md bg-danger-tint px-3 py-2 text-danger text-sm">
              {t("failed")}: {trial.failure}
            </p>
          ) : null}
        </div>
      </Section>
      {trial.found ? <TrialResult tenantId={tenantId} found={trial.found} /> : null}
    </>
  );
}
