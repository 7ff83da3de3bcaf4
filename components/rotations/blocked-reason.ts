"use client";
import { useTranslations } from "next-intl";
import type { CredentialDetail } from "./credential-detail.ts";
import { isOver } from "./rotation-path.ts";

/** Kinds that the console does not rotate: people do, or something else renews them. */
const OTHER_WAYS = [
  "manual",
  "cert-manager",
  "certificate-file",
  "spiffe-svid",
  "realm-passwords",
] as const;

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
    const way = OTHER_WAYS.find((kind) => kind === binding.rotatorKind);
    if (way) return t(`way.${way}`);
    if (binding.status === "retired") return t("retired");
    if (rotations.some(({ state }) => !isOver(state))) return t("running");
    return null;
  };
}
