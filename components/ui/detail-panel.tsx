"use client";
import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { useEffect, useId, useRef } from "react";
import { Button } from "./button.tsx";
import { cx } from "./cx.ts";

interface DetailPanelProps {
  title: ReactNode;
  /** Small text above the title: what kind of thing this is. */
  kind?: ReactNode;
  onClose: () => void;
  actions?: ReactNode;
  /** `wide` is for what stands side by side in it. */
  size?: "normal" | "wide";
  children: ReactNode;
}

const WIDTHS = { normal: "lg:w-[27rem]", wide: "lg:w-[min(47rem,58vw)]" };

/** The side panel of the selected row; on a phone it covers the page. Escape closes it. */
export function DetailPanel(props: DetailPanelProps) {
  const { title, kind, onClose, actions, size = "normal", children } = props;
  const t = useTranslations("common");
  const titleId = useId();
  const heading = useRef<HTMLHeadingElement>(null);

  useEffect(() => {
    const before = document.activeElement;
    heading.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);

  return (
    <aside
      data-detail-panel={size}
      aria-labelledby={titleId}
      onKeyDown={(event) => {
        if (event.key === "Escape" && !event.defaultPrevented) onClose();
      }}
      className={cx(
        "fixed inset-0 z-30 flex flex-col overflow-hidden bg-raised lg:inset-auto lg:end-0 lg:top-13 lg:bottom-0 lg:z-10 lg:border-line lg:border-s",
        WIDTHS[size],
      )}
    >
      <header className="flex items-start gap-3 border-line border-b px-5 py-3">
        <div className="min-w-0 flex-1">
          {kind ? <p className="text-muted text-xs">{kind}</p> : null}
          <h2
            ref={heading}
            id={titleId}
            tabIndex={-1}
            className="break-words font-semibold text-md outline-none"
          >
            {title}
          </h2>
        </div>
        <Button look="quiet" size="icon" aria-label={t("close")} onClick={onClose}>
          <X aria-hidden className="size-4" />
        </Button>
      </header>
      <section
        className="flex min-h-0 flex-1 flex-col gap-6 overflow-y-auto px-5 py-4"
        aria-labelledby={titleId}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
      >
        {children}
      </section>
      {actions ? (
        <footer className="flex flex-wrap gap-2 border-line border-t px-5 py-3">{actions}</footer>
      ) : null}
    </aside>
  );
}
