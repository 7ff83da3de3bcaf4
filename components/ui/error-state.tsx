"use client";
import { OctagonAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button } from "./button.tsx";
import { Identifier } from "./identifier.tsx";
import { StateMessage } from "./state-message.tsx";

interface ErrorStateProps {
  /** What happened, in words; falls back to a plain sentence. */
  message?: string | undefined;
  traceId?: string | undefined;
  onRetry: () => void;
  /** `h1` where the error is the whole page. */
  heading?: "h1" | "h2";
}

/** Loading failed: says what, offers to try again, names the trace for whoever must look. */
export function ErrorState({ message, traceId, onRetry, heading }: ErrorStateProps) {
  const t = useTranslations("common.states");
  return (
    <StateMessage
      icon={OctagonAlert}
      isAlert
      heading={heading}
      title={t("errorTitle")}
      actions={<Button onClick={onRetry}>{t("retry")}</Button>}
    >
      <p>{message ?? t("errorBody")}</p>
      {traceId ? (
        <p className="mt-1 flex items-center gap-1 text-sm">
          {t("trace")} <Identifier value={traceId} />
        </p>
      ) : null}
    </StateMessage>
  );
}
