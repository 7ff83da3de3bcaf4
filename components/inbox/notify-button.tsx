"use client";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { type NotifyState, notifyState, turnNotifyOff, turnNotifyOn } from "./notify-choice.ts";

/** Turns notifications of this browser on or off. The browser is asked by this click alone. */
export function NotifyButton() {
  const t = useTranslations("inbox.notify");
  const [state, setState] = useState<NotifyState | null>(null);
  useEffect(() => setState(notifyState()), []);
  if (state === null || state === "unsupported") return null;
  return (
    <Button
      aria-pressed={state === "on"}
      disabledReason={state === "denied" ? t("denied") : null}
      data-tip={state === "denied" ? undefined : t("hint")}
      onClick={async () => setState(state === "on" ? turnNotifyOff() : await turnNotifyOn())}
    >
      {t(state === "on" ? "turnOff" : "turnOn")}
    </Button>
  );
}
