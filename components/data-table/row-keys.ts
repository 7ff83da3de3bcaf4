import type { KeyboardEvent } from "react";

const STEPS: Record<string, number> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 10,
  PageUp: -10,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

/**
 * Moves the keyboard along the rows of a table body: arrows, page keys, Home and End go from one
 * row's opener to the next. Other controls inside the rows keep their keys.
 */
export function moveAlongRows(event: KeyboardEvent<HTMLElement>): void {
  const step = STEPS[event.key];
  const from = event.target;
  if (step === undefined || !(from instanceof HTMLElement) || !from.matches("[data-row-open]"))
    return;
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-row-open]")];
  const to = Math.min(all.length - 1, Math.max(0, all.indexOf(from) + step));
  event.preventDefault();
  all[to]?.focus();
}
