"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { Select } from "#components/ui/select.tsx";
import { Textarea } from "#components/ui/textarea.tsx";
import {
  buildersIn,
  buildersText,
  keysIn,
  keysText,
  NO_SUPPLY_CHAIN,
  type SupplyChain,
  signersIn,
  signersText,
  sourcesIn,
  sourcesText,
} from "./supply-chain-text.ts";

const SEVERITIES = ["critical", "high", "medium", "low", "unknown", "negligible"] as const;
const FIRST_GATE = { worst: "high", worstFixable: "medium" } as const;

interface SupplyChainFieldsProps {
  value: SupplyChain | undefined;
  isProvenanceAsked: boolean;
  mergeApprovals: number;
  onChange: (value: SupplyChain) => void;
  onMergeApprovals: (count: number) => void;
}

/** Whom provenance is held against, and what reports may hold: one thing a line, for pasting. */
export function SupplyChainFields({
  value,
  isProvenanceAsked,
  mergeApprovals,
  onChange,
  onMergeApprovals,
}: SupplyChainFieldsProps) {
  const t = useTranslations("environments.supplyChain");
  const severities = useTranslations("evidence.severities");
  const chain = value ?? NO_SUPPLY_CHAIN;
  // What is typed stays as typed: half a line is no reason to rewrite it.
  const [texts, setTexts] = useState({
    signers: signersText(chain.signers),
    keys: keysText(chain.keys),
    builders: buildersText(chain.builders),
    sources: sourcesText(chain.sources),
  });
  const read = { signers: signersIn, keys: keysIn, builders: buildersIn, sources: sourcesIn };
  const gate = chain.vulnerabilities;
  const { requiresSbom } = chain;

  return (
    <div className="flex min-w-0 flex-col gap-4">
      {isProvenanceAsked
        ? (["signers", "keys", "builders", "sources"] as const).map((part) => (
            <Field key={part} label={t(part)} hint={t(`${part}Hint`)}>
              {(control) => (
                <Textarea
                  {...control}
                  dir="ltr"
                  spellCheck={false}
                  className="font-mono text-sm"
                  value={texts[part]}
                  onChange={(event) => {
                    const text = event.target.value;
                    setTexts({ ...texts, [part]: text });
                    onChange({ ...chain, [part]: read[part](text) });
                  }}
                />
              )}
            </Field>
          ))
        : null}
      <label className="flex min-h-6 items-center gap-2 text-sm">
        <input
          type="checkbox"
          className="size-4"
          checked={gate !== null}
          onChange={({ target }) =>
            onChange({ ...chain, vulnerabilities: target.checked ? FIRST_GATE : null })
          }
        />
        {t("report")}
      </label>
      {gate ? (
        <div className="flex flex-wrap gap-4">
          {(["worst", "worstFixable"] as const).map((bound) => (
            <Field key={bound} label={t(bound)}>
              {(control) => (
                <Select
                  {...control}
                  value={gate[bound] ?? ""}
                  onChange={({ target }) => {
                    const severity = SEVERITIES.find((each) => each === target.value) ?? null;
                    onChange({ ...chain, vulnerabilities: { ...gate, [bound]: severity } });
                  }}
                >
                  <option value="">{t("nothing")}</option>
                  {SEVERITIES.map((severity) => (
                    <option key={severity} value={severity}>
                      {severities(severity)}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          ))}
        </div>
      ) : null}
      <label className="flex min-h-6 items-center gap-2 text-sm">
        <input
          type="checkbox"
          className="size-4"
          checked={requiresSbom}
          onChange={({ target }) => onChange({ ...chain, requiresSbom: target.checked })}
        />
        {t("sbom")}
      </label>
      <Field label={t("merge")} hint={t("mergeHint")}>
        {(control) => (
          <Input
            {...control}
            type="number"
            min={0}
            max={10}
            value={mergeApprovals}
            onChange={({ target }) => onMergeApprovals(Number(target.value))}
          />
        )}
      </Field>
    </div>
  );
}
