"use client";
import { useLocale, useTranslations } from "next-intl";
import type { EnvironmentPolicySpec } from "#server/features/deployments/schema.ts";

/** What a policy demands of provenance and reports, as it reads aloud. */
export function useSupplyChainSentences({
  supplyChain,
  provenance,
  mergeApprovals,
}: Pick<EnvironmentPolicySpec, "supplyChain" | "provenance" | "mergeApprovals">): string[] {
  const t = useTranslations("environments.supplyChainSentence");
  const severities = useTranslations("evidence.severities");
  const locale = useLocale();
  const merge = mergeApprovals ? [t("merge", { count: mergeApprovals })] : [];
  if (!supplyChain) return merge;
  const { signers, keys, builders, sources, vulnerabilities, requiresSbom } = supplyChain;
  const anyOf = (names: readonly string[]) =>
    new Intl.ListFormat(locale, { type: "disjunction" }).format(names);
  const trusted = [...signers.map(({ subject }) => subject), ...keys.map(({ name }) => name)];
  const isBuildAsked = provenance.startsWith("slsa");
  const bound = (severity: NonNullable<typeof vulnerabilities>["worst"]) =>
    severity ? severities(severity) : t("nothing");
  return [
    ...(provenance !== "none" && trusted.length > 0
      ? [t("signers", { signers: anyOf(trusted) })]
      : []),
    ...(isBuildAsked && builders.length > 0
      ? [t("builders", { builders: anyOf(builders.map(({ id }) => id)) })]
      : []),
    ...(isBuildAsked && sources.length > 0
      ? [t("sources", { sources: anyOf(sources.map(({ repository }) => repository)) })]
      : []),
    ...(vulnerabilities
      ? [
          t("gate", {
            worst: bound(vulnerabilities.worst),
            fixable: bound(vulnerabilities.worstFixable),
          }),
        ]
      : []),
    ...(requiresSbom ? [t("sbom")] : []),
    ...merge,
  ];
}
