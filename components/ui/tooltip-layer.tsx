"use client";
import { useEffect, useRef } from "react";
import { openFloating } from "./open-floating.ts";

/**
 * One tooltip for the whole page: shows the `data-tip` of what is hovered or focused. The same
 * words must also be in the document for screen readers; this layer is for the eye only.
 * Escape hides it, and it may be hovered (WCAG 1.4.13).
 */
export function TooltipLayer() {
  const tip = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const box = tip.current;
    if (!box) return;
    const hide = () => {
      if (box.matches(":popover-open")) box.hidePopover();
    };
    const show = (event: Event) => {
      if (!(event.target instanceof Element)) return;
      if (box.contains(event.target)) return;
      const owner = event.target.closest<HTMLElement>("[data-tip]");
      hide();
      if (!owner || (event.type === "focusin" && !owner.matches(":focus-visible"))) return;
      box.textContent = owner.dataset.tip ?? "";
      openFloating(box, owner);
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape") hide();
    };
    const listening = new AbortController();
    const { signal } = listening;
    document.addEventListener("mouseover", show, { signal });
    document.addEventListener("focusin", show, { signal });
    document.addEventListener("keydown", onKey, { signal, capture: true });
    document.addEventListener("scroll", hide, { signal, capture: true, passive: true });
    return () => listening.abort();
  }, []);

  return (
    <div
      ref={tip}
      popover="manual"
      aria-hidden
      className="floating floating-tip my-1 max-w-72 rounded-md border border-line bg-text px-2 py-1 text-surface text-xs shadow-float"
    />
  );
}
