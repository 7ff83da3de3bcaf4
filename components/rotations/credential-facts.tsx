"use client";
import { useLocale, useTranslations } from "next-intl";
import { durationText } from "#components/time/duration-text.ts";
import { Time } from "#components/time/time.tsx";
import { AgeBar } from "#components/ui/age-bar.tsx";
import { Identifier } from "#components/ui/identifier.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { Section } from "#components/ui/section.tsx";
import type { CredentialRow } from "./credential-row.ts";

/** Where a credential lives, whose it is, and the rule that applies to it. */
export function CredentialFacts({ binding }: { binding: CredentialRow }) {
  const t = useTranslations("rotations");
  const locale = useLocale();
  const { rule } = binding;
  const yesNo = (yes: boolean) => t(yes ? "detail.yes" : "detail.no");
  const facts = [
    { name: t("detail.class"), value: t(`class.${binding.class}`) },
    { name: t("detail.environment"), value: binding.environment },
    { name: t("detail.owner"), value: <bdi className="font-sans text-sm">{binding.owner}</bdi> },
    { name: t("detail.store"), value: binding.store },
    { name: t("detail.path"), value: <Identifier value={binding.path} /> },
    { name: t("detail.version"), value: binding.currentVersion ?? t("ageUnknown") },
    {
      name: t("columns.age"),
      value:
        binding.ageSeconds === null ? (
          t("ageUnknown")
        ) : (
          <AgeBar ageSeconds={binding.ageSeconds} limitSeconds={rule.maxTtlSeconds} />
        ),
    },
    {
      name: t("detail.lastRotated"),
      value: binding.lastRotatedAt ? <Time at={binding.lastRotatedAt} /> : t("never"),
    },
    {
      name: t("detail.nextRotation"),
      value: binding.nextRotationAt ? (
        <>
          <Time at={binding.nextRotationAt} />
          {binding.limitAt && binding.nextRotationAt >= binding.limitAt ? (
            <span className="block text-danger text-sm">{t("detail.windowMissed")}</span>
          ) : null}
        </>
      ) : (
        t("noNext")
      ),
    },
    { name: t("detail.id"), value: <Identifier value={binding.bindingId} ends={8} /> },
  ];
  const ruleFacts = [
    {
      name: t("detail.ruleLimit"),
      value:
        rule.maxTtlSeconds === null
          ? t("detail.noLimit")
          : durationText(rule.maxTtlSeconds, locale),
    },
    { name: t("detail.ruleAuto"), value: yesNo(rule.autoRotate) },
    { name: t("detail.ruleBefore"), value: durationText(rule.rotateBeforeSeconds, locale) },
    {
      name: t("detail.ruleApproval"),
      value:
        rule.requireApproval.length > 0 ? rule.requireApproval.join(", ") : t("detail.notNeeded"),
    },
    { name: t("detail.ruleGrace"), value: durationText(binding.graceSeconds, locale) },
  ];
  return (
    <>
      <KeyValueList facts={facts} />
      {binding.missing === null ? null : (
        <p className="rounded-md bg-unknown-tint px-3 py-2 text-sm text-unknown">
          {t("detail.manual", { missing: binding.missing })}
        </p>
      )}
      <Section title={t("detail.rule")} aside={<RuleWhy binding={binding} />}>
        <KeyValueList facts={ruleFacts} />
      </Section>
    </>
  );
}

/** Which policy the rule comes from, and the others that it is at least as strict as. */
function RuleWhy({ binding }: { binding: CredentialRow }) {
  const t = useTranslations("rotations");
  const { policy, stricterThan } = binding.rule.source;
  if (!policy) return t("detail.ruleSource", { class: t(`class.${binding.class}`) });
  const { name, origin: owner, version } = policy;
  const names = stricterThan.map((other) => other.name).join(", ");
  return (
    <>
      {t("detail.rulePolicy", { name, owner, version: String(version) })}
      {names ? <> {t("detail.ruleStricter", { names })}</> : null}
    </>
  );
}
