"use client";
import { useTranslations } from "next-intl";

const RECEIVED = "runtime.received.";
const OWN = "runtime.";

/**
 * What an event says happened, in the reader's language; a type that has no words shows itself. The
 * words of `runtime.secrets.bound` stand at `audit.verbs.secrets.bound`.
 */
export function useEventVerb(): (type: string) => string {
  const t = useTranslations("audit");
  return (type) => {
    if (type.startsWith(RECEIVED)) {
      return t("received", { type: `\u2068${type.slice(RECEIVED.length)}\u2069` });
    }
    // Which types have words is known when it is run; `has` keeps to them.
    const key = `verbs.${type.slice(OWN.length)}` as Parameters<typeof t.has>[0];
    return type.startsWith(OWN) && t.has(key) ? t(key as never) : type;
  };
}
