import type { useTranslations } from "next-intl";
import { SINK_KINDS } from "#server/engines/delivery/kind-names.ts";

type Words = ReturnType<typeof useTranslations<"delivery">>;

/** What a kind of sink is called. */
export function kindWord(kind: string, t: Words): string {
  const known = SINK_KINDS.find((each) => each === kind);
  return known ? t(`kind.${known}`) : kind;
}
