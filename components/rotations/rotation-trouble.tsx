"use client";
import { useTranslations } from "next-intl";
import type trouble from "../../messages/en/trouble.json";

type Known = keyof typeof trouble.what;

/** What went wrong, what it means for the credential, and what a person can do about it. */
export function RotationTrouble({ code, text }: { code: string | null; text: string }) {
  const t = useTranslations("trouble");
  const known = code && t.has(`what.${code as Known}`) ? (code as Known) : null;
  return (
    <div role="alert" className="rounded-md bg-danger-tint px-3 py-2 text-danger text-sm">
      {known ? <p className="font-medium">{t(`what.${known}`)}</p> : null}
      <p className="break-words">{t("detail", { text })}</p>
      {known ? <p className="text-text">{t(`do.${known}`)}</p> : null}
    </div>
  );
}
