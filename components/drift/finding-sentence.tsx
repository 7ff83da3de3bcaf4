"use client";
import { useTranslations } from "next-intl";
import type { DriftReason, DriftRule } from "#server/engines/drift/finding.ts";
import { LAYERS } from "#server/engines/isolation/declaration.ts";
import type { FindingView } from "#server/features/drift/views.ts";
import { isolated, objectName } from "./object-name.ts";

/** Every parameter that a sentence of a reason may ask about. */
const ASKED = [
  "image",
  "container",
  "registry",
  "asked",
  "ports",
  "edges",
  "from",
  "to",
  "controls",
  "why",
  "kind",
] as const;

interface Reasoned {
  rule: DriftRule;
  reason: DriftReason;
  params: Readonly<Record<string, string>>;
}

/** What a reason says of this very case, as a sentence; null when the rule says it all. */
export function useReasonText(): (finding: Reasoned) => string | null {
  const t = useTranslations("drift.reason");
  const layers = useTranslations("isolation.layer");
  return ({ reason, params }) => {
    if (reason === "none") return null;
    const values = Object.fromEntries(
      ASKED.map((name) => [name, isolated(params[name] || "–")]),
    ) as Record<(typeof ASKED)[number], string>;
    const layer = LAYERS.find((name) => name === params.layer);
    return t(reason, { ...values, layer: layer ? layers(layer) : (params.layer ?? "–") });
  };
}

/** What is wrong, and what to do about it. */
export function FindingSentence({ finding }: { finding: FindingView }) {
  const t = useTranslations("drift");
  const reasonText = useReasonText();
  const reason = reasonText(finding);
  return (
    <div className="flex flex-col gap-2">
      <p className="break-words">
        {t(`says.${finding.rule}`, { object: isolated(objectName(finding.object)) })}
        {reason ? ` ${reason}` : null}
      </p>
      <p className="rounded-md bg-sunken px-3 py-2 text-sm">
        <strong className="font-semibold">{t("finding.whatToDo")}</strong>{" "}
        {t(`todo.${finding.rule}`)}
      </p>
    </div>
  );
}
