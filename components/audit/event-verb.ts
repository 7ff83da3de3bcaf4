"use client";
import { useTranslations } from "next-intl";

/** The events that have a sentence of their own; others show their type. */
const KNOWN = [
  "access.denied",
  "identity.signed-in",
  "identity.signed-out",
  "secrets.binding-changed",
  "secrets.bound",
  "secrets.rotated",
  "secrets.rotation-claimed",
  "secrets.rotation-requested",
  "secrets.rotation-step-begun",
  "secrets.rotation-step-failed",
  "secrets.rotation-step-recorded",
  "tenants.created",
] as const;

/** What an event says happened, in the reader's language where we have the words. */
export function useEventVerb(): (type: string) => string {
  const t = useTranslations("audit.verbs");
  return (type) => {
    const known = KNOWN.find((name) => `runtime.${name}` === type);
    return known ? t(known.replace(".", "_")) : type;
  };
}
