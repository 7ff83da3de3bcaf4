"use client";
import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useState, useSyncExternalStore } from "react";
import { Button } from "#components/ui/button.tsx";
import { Status } from "#components/ui/status.tsx";
import { currentToasts, dismissToast, onToastsChange, type Toast } from "./toast-store.ts";

const SHOWN_MILLIS = 7_000;
const none: readonly Toast[] = [];

function ToastCard({ toast }: { toast: Toast }) {
  const t = useTranslations("common");
  const [isHeld, setHeld] = useState(false);
  const isLasting = toast.tone === "danger" || isHeld;

  useEffect(() => {
    if (isLasting) return;
    const timer = setTimeout(() => dismissToast(toast.id), SHOWN_MILLIS);
    return () => clearTimeout(timer);
  }, [isLasting, toast.id]);

  return (
    <li
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      className="pointer-events-auto flex items-start gap-2 rounded-lg border border-line bg-raised py-2 ps-3 pe-1 shadow-float"
    >
      <div className="min-w-0 flex-1 py-1.5">
        <Status tone={toast.tone} look="plain">
          <span className="whitespace-normal">{toast.title}</span>
        </Status>
        {toast.detail ? <p className="mt-0.5 text-muted text-sm">{toast.detail}</p> : null}
      </div>
      <Button
        look="quiet"
        size="icon"
        aria-label={t("close")}
        onClick={() => dismissToast(toast.id)}
      >
        <X aria-hidden className="size-4" />
      </Button>
    </li>
  );
}

/** Where short messages appear. Failures stay until closed; the rest go unless hovered or focused. */
export function ToastLayer() {
  const t = useTranslations("common");
  const toasts = useSyncExternalStore(onToastsChange, currentToasts, () => none);
  return (
    <section
      aria-label={t("messages")}
      aria-live="polite"
      className="pointer-events-none fixed inset-x-0 bottom-4 z-50 mx-auto w-80 max-w-[calc(100vw-2rem)]"
    >
      <ul className="flex flex-col gap-2">
        {toasts.map((toast) => (
          <ToastCard key={toast.id} toast={toast} />
        ))}
      </ul>
    </section>
  );
}
