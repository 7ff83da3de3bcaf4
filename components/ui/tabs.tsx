"use client";
import type { KeyboardEvent, ReactNode } from "react";
import { useEffect, useId, useRef } from "react";
import { cx } from "./cx.ts";

interface TabsProps<Name extends string> {
  label: string;
  tabs: readonly { name: Name; label: ReactNode; content: ReactNode }[];
  chosen: Name;
  /** The page keeps the choice in the URL. */
  onChoose: (name: Name) => void;
}

/** Tabs by the ARIA pattern: arrows move and choose, one tab stop for the row. */
export function Tabs<Name extends string>({ label, tabs, chosen, onChoose }: TabsProps<Name>) {
  const id = useId();
  const row = useRef<HTMLDivElement>(null);
  const at = Math.max(
    0,
    tabs.findIndex((tab) => tab.name === chosen),
  );

  // On a narrow page the row scrolls: what is chosen is in sight.
  useEffect(() => {
    const box = row.current?.getBoundingClientRect();
    const tab = row.current?.children[at]?.getBoundingClientRect();
    if (!row.current || !box || !tab) return;
    row.current.scrollLeft += Math.max(0, tab.right - box.right) - Math.max(0, box.left - tab.left);
  }, [at]);

  function onKeyDown(event: KeyboardEvent) {
    const isRtl = row.current?.matches(":dir(rtl)") ?? false;
    const step = { ArrowRight: isRtl ? -1 : 1, ArrowLeft: isRtl ? 1 : -1 }[event.key];
    const next = step ? tabs[(at + step + tabs.length) % tabs.length] : undefined;
    if (!next) return;
    event.preventDefault();
    onChoose(next.name);
    row.current?.querySelector<HTMLElement>(`[data-tab="${next.name}"]`)?.focus();
  }

  return (
    <div className="flex flex-col gap-4">
      <div
        ref={row}
        role="tablist"
        aria-label={label}
        onKeyDown={onKeyDown}
        className="flex gap-4 overflow-x-auto overflow-y-hidden border-line border-b"
      >
        {tabs.map((tab, index) => (
          <button
            key={tab.name}
            type="button"
            role="tab"
            id={`${id}-${tab.name}`}
            data-tab={tab.name}
            aria-selected={index === at}
            aria-controls={`${id}-panel`}
            tabIndex={index === at ? 0 : -1}
            onClick={() => onChoose(tab.name)}
            className={cx(
              "h-9 shrink-0 whitespace-nowrap border-b-2 font-medium focus-visible:outline-offset-[-2px]",
              index === at
                ? "border-accent text-text"
                : "border-transparent text-muted hover:text-text",
            )}
          >
            {tab.label}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${tabs[at]?.name}`}>
        {tabs[at]?.content}
      </div>
    </div>
  );
}
