"use client";
import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { useEffect, useId, useRef } from "react";
import { Button } from "./button.tsx";
import { cx } from "./cx.ts";

interface DialogProps {
  isOpen: boolean;
  onClose: () => void;
  title: ReactNode;
  children: ReactNode;
  /** `centre` asks something; `side` is a drawer from the line's beginning. */
  place?: "centre" | "side";
  className?: string;
}

const PLACES = {
  centre:
    "centre m-auto w-[min(34rem,calc(100vw-2rem))] max-h-[calc(100dvh-2rem)] rounded-lg border border-line",
  side: "side my-0 ms-0 me-auto h-dvh max-h-none w-72 max-w-[85vw] border-line border-e",
};

/** A modal dialog on the browser's own: focus stays inside, Escape closes, focus goes back. */
export function Dialog({
  isOpen,
  onClose,
  title,
  children,
  place = "centre",
  className,
}: DialogProps) {
  const t = useTranslations("common");
  const titleId = useId();
  const dialog = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    const element = dialog.current;
    if (isOpen && !element?.open) element?.showModal();
    if (!isOpen && element?.open) element.close();
  }, [isOpen]);

  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      onClose={onClose}
      className={cx(
        "overflow-y-auto bg-raised p-0 text-text shadow-float",
        PLACES[place],
        className,
      )}
    >
      {isOpen ? (
        <>
          <header className="sticky top-0 z-10 flex items-center justify-between gap-4 bg-raised px-5 pt-4 pb-2">
            <h2 id={titleId} className="font-semibold text-md">
              {title}
            </h2>
            <Button look="quiet" size="icon" aria-label={t("close")} onClick={onClose}>
              <X aria-hidden className="size-4" />
            </Button>
          </header>
          <div className="px-5 pb-5">{children}</div>
        </>
      ) : null}
    </dialog>
  );
}
