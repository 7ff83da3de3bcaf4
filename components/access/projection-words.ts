import type { useTranslations } from "next-intl";

/** Where a grant holds too, in words. */
export function projectionWords(
  t: ReturnType<typeof useTranslations<"access.projection">>,
  kind: "keycloak-role" | "kubernetes-role-binding",
  { role = "", namespace = "" }: { role?: string; namespace?: string },
): string {
  return kind === "keycloak-role" ? t(kind, { role }) : t(kind, { role, namespace });
}
