"use client";
import { useTranslations } from "next-intl";
import type { TargetList } from "../binding-shapes.ts";
import { Options } from "../form-fields.tsx";
import { type BindValues, fillOf } from "./kind-facts.ts";

interface FillFromTargetProps {
  kind: string;
  targets: TargetList["here"];
  onFill: (values: BindValues) => void;
}

/** Takes what a registered target says into the fields: host and port, mount, vault, realm. */
export function FillFromTarget({ kind, targets, onFill }: FillFromTargetProps) {
  const t = useTranslations("bindings.bind");
  const fitting = targets.filter(({ address }) => fillOf(kind, address));
  if (fitting.length === 0) return <p className="self-end text-muted text-sm">{t("noTarget")}</p>;
  return (
    <Options
      label={t("field.fill")}
      value=""
      onChange={(chosen) => {
        const target = fitting.find(({ name }) => name === chosen);
        const fill = target ? fillOf(kind, target.address) : null;
        if (!fill) return;
        const entries = Object.entries(fill).flatMap(([path, value]) => [
          [`rotator.${path}`, value],
          // A part that the target speaks of is wanted.
          ...(path.includes(".") ? [[`in:${path.split(".")[0]}`, "true"]] : []),
        ]);
        onFill(Object.fromEntries(entries));
      }}
      options={[["", t("fillNone")], ...fitting.map(({ name }) => [name, name] as const)]}
    />
  );
}
