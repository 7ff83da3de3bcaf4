"use client";
import { Check } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { cx } from "./cx.ts";

interface MenuItemProps {
  children: ReactNode;
  /** Where it leads; without it, the item is a button. */
  href?: string;
  onSelect?: () => void;
  /** For a choice among several: whether this is the one. */
  isChecked?: boolean;
  /** `menuitemcheckbox` when several may be chosen at once; the menu then stays open. */
  role?: "menuitemradio" | "menuitemcheckbox";
  /** Submits the form around the menu item. */
  isSubmit?: boolean;
}

const LOOK =
  "flex min-h-8 w-full items-center gap-2 rounded-md px-2 py-1 text-start text-base hover:bg-hover focus-visible:bg-hover focus-visible:outline-offset-[-2px]";

function closeMenu(from: HTMLElement) {
  from.closest<HTMLElement>("[popover]")?.hidePopover();
}

/** One line of a `Menu`. */
export function MenuItem(props: MenuItemProps) {
  const { children, href, onSelect, isChecked, isSubmit, role = "menuitemradio" } = props;
  const isChoice = isChecked !== undefined;
  const shared = {
    role: isChoice ? role : "menuitem",
    "aria-checked": isChoice ? isChecked : undefined,
    tabIndex: -1,
    className: LOOK,
  };
  const body = (
    <>
      <span className="min-w-0 flex-1">{children}</span>
      {isChoice ? (
        <Check aria-hidden className={cx("size-4 shrink-0", !isChecked && "invisible")} />
      ) : null}
    </>
  );
  if (href) {
    return (
      <Link {...shared} href={href} onClick={(event) => closeMenu(event.currentTarget)}>
        {body}
      </Link>
    );
  }
  return (
    <button
      {...shared}
      type={isSubmit ? "submit" : "button"}
      onClick={(event) => {
        if (!isSubmit && role !== "menuitemcheckbox") closeMenu(event.currentTarget);
        onSelect?.();
      }}
    >
      {body}
    </button>
  );
}
