"use client";
import type { KeyboardEvent, ReactNode, ToggleEvent } from "react";
import { useId, useRef } from "react";
import { Button } from "./button.tsx";
import { cx } from "./cx.ts";
import { openFloating } from "./open-floating.ts";

interface MenuProps {
  /** What the button shows. */
  trigger: ReactNode;
  label: string;
  look?: "plain" | "quiet";
  size?: "md" | "sm" | "icon";
  /** Which edge of the button the menu keeps to. */
  align?: "start" | "end";
  className?: string;
  /** `MenuItem`s, and `MenuHeading`s between them. */
  children: ReactNode;
}

const STEPS: Record<string, (at: number, count: number) => number> = {
  ArrowDown: (at, count) => (at + 1) % count,
  ArrowUp: (at, count) => (at - 1 + count) % count,
  Home: () => 0,
  End: (_at, count) => count - 1,
};

/** A button that opens a list of choices; arrows move, Escape closes and gives the focus back. */
export function Menu(props: MenuProps) {
  const {
    trigger,
    label,
    look = "quiet",
    size = "sm",
    align = "start",
    className,
    children,
  } = props;
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const items = () => [...(list.current?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? [])];

  function onToggle(event: ToggleEvent<HTMLDivElement>) {
    const isOpen = event.newState === "open";
    button.current?.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) (items().find((item) => item.ariaChecked === "true") ?? items()[0])?.focus();
  }
  function onKeyDown(event: KeyboardEvent) {
    const all = items();
    const step = STEPS[event.key];
    const focused = all.indexOf(document.activeElement as HTMLElement);
    if (step && all.length > 0) {
      event.preventDefault();
      all[step(focused, all.length)]?.focus();
    } else if (event.key === "Tab") {
      list.current?.hidePopover();
    }
  }

  return (
    <>
      <Button
        ref={button}
        look={look}
        size={size}
        aria-haspopup="menu"
        aria-expanded={false}
        aria-controls={id}
        aria-label={label}
        data-tip={size === "icon" ? label : undefined}
        className={className}
        onClick={(event) => {
          if (!list.current) return;
          if (list.current.matches(":popover-open")) list.current.hidePopover();
          else openFloating(list.current, event.currentTarget);
        }}
      >
        {trigger}
      </Button>
      <div
        ref={list}
        id={id}
        popover="auto"
        role="menu"
        aria-label={label}
        tabIndex={-1}
        onToggle={onToggle}
        onKeyDown={onKeyDown}
        className={cx(
          "floating my-1 max-h-96 min-w-52 overflow-y-auto rounded-lg border border-line bg-raised p-1 text-text shadow-float",
          align === "end" && "floating-end",
        )}
      >
        {children}
      </div>
    </>
  );
}
