"use client";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { hasDraft, STEP_UP_PARAMETER } from "#components/step-up/has-draft.ts";
import { type RefusalCode, refusalCodeOf } from "#components/step-up/refusal-codes.ts";

/** Says why an answer of the identity provider was worth nothing, where no form waits for it. */
export function AstrayNotice({ form }: { form: string }) {
  const t = useTranslations("stepUp.refused");
  const [code, setCode] = useState<RefusalCode | null>(null);
  // Before the form's own effect, which takes the parameter away: this stands before it on the page.
  useEffect(() => {
    const result = new URLSearchParams(window.location.search).get(STEP_UP_PARAMETER);
    if (result !== null && result !== "proved" && !hasDraft(form)) setCode(refusalCodeOf(result));
  }, [form]);
  return code === null ? null : (
    <p role="alert" className="max-w-prose rounded-md bg-danger-tint px-3 py-2 text-danger text-sm">
      {t(code)}
    </p>
  );
}
