"use client";
import { useTranslations } from "next-intl";
import type { CredentialDetail } from "./credential-detail.ts";
import { isOver } from "./rotation-path.ts";

/** Why a rotation of this credential can't be forced now; `null` when it can. */
export function useBlockedReason(): (
  detail: CredentialDetail,
  mayRotate: boolean,
) => string | null {
  const t = useTranslations("rotations.blocked");
  return (detail, mayRotate) => {
    if (!mayRotate) return t("scope");
    const { binding, rotations } = detail;
    if (binding.missing !== null) return t("manual", { missing: binding.missing });
    if (binding.status === "retired") return t("retired");
    if (rotations.some(({ state }) => !isOver(state))) return t("running");
    return null;
  };
}
