"use client";
import { useTranslations } from "next-intl";

interface ErrorPageProps {
  error: Error & { digest?: string };
  reset: () => void;
}

/**
 * The text of a server error never arrives here; its digest finds it in the log. Every page loads this
 * before it can need it: it is of plain elements alone.
 */
export default function ErrorPage({ error, reset }: ErrorPageProps) {
  const t = useTranslations("common.states");
  return (
    <main
      role="alert"
      className="mx-auto flex min-h-dvh max-w-2xl flex-col items-start justify-center gap-2 p-6"
    >
      <h1 className="font-semibold text-md">{t("errorTitle")}</h1>
      <p className="text-muted">{t("errorBody")}</p>
      {error.digest ? (
        <p className="text-muted text-sm">
          {t("trace")}{" "}
          <bdi dir="ltr" className="select-all font-mono">
            {error.digest}
          </bdi>
        </p>
      ) : null}
      <button
        type="button"
        onClick={reset}
        className="mt-2 h-9 rounded-md border border-line-strong bg-raised px-3 font-medium hover:bg-hover"
      >
        {t("retry")}
      </button>
    </main>
  );
}
