"use client";
import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { useId } from "react";
import { cx } from "./cx.ts";

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "disabled"> {
  ref?: Ref<HTMLButtonElement>;
  look?: "primary" | "plain" | "quiet" | "danger";
  size?: "md" | "sm" | "icon";
  /** Why the button may not be pressed; it stays reachable, and says so on hover and focus. */
  disabledReason?: string | null | undefined;
  /** Shows that the act is under way, and ignores further presses. */
  isBusy?: boolean;
  children: ReactNode;
}

const LOOKS = {
  primary: "border-transparent bg-accent text-on-accent hover:opacity-90",
  plain: "border-line-strong bg-raised text-text hover:bg-hover",
  quiet: "border-transparent bg-transparent text-text hover:bg-hover",
  danger: "border-transparent bg-danger text-on-accent hover:opacity-90",
};
const SIZES = { md: "h-9 px-3", sm: "h-7 px-2 text-sm", icon: "size-8 justify-center" };

/** A verb that can be pressed. A disabled one says why, to the eye and to a screen reader. */
export function Button({
  look = "plain",
  size = "md",
  disabledReason,
  isBusy = false,
  className,
  children,
  onClick,
  type = "button",
  ...rest
}: ButtonProps) {
  const reasonId = useId();
  const isOff = Boolean(disabledReason) || isBusy;
  return (
    <>
      <button
        {...rest}
        type={type}
        aria-disabled={isOff || undefined}
        aria-busy={isBusy || undefined}
        aria-describedby={disabledReason ? reasonId : rest["aria-describedby"]}
        data-tip={disabledReason ?? undefined}
        onClick={(event) => {
          if (isOff) event.preventDefault();
          else onClick?.(event);
        }}
        className={cx(
          "inline-flex shrink-0 items-center gap-2 whitespace-nowrap rounded-md border font-medium",
          SIZES[size],
          isOff ? "border-line bg-sunken text-muted" : LOOKS[look],
          className,
        )}
      >
        {children}
      </button>
      {disabledReason ? (
        <span id={reasonId} className="sr-only">
          {disabledReason}
        </span>
      ) : null}
    </>
  );
}
