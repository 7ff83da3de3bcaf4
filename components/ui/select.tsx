import { ChevronDown } from "lucide-react";
import type { SelectHTMLAttributes } from "react";
import { cx } from "./cx.ts";

/** The platform's own choice list: it works with every keyboard, reader and phone. */
export function Select({ className, children, ...rest }: SelectHTMLAttributes<HTMLSelectElement>) {
  return (
    <span className={cx("relative inline-flex max-w-full items-center", className)}>
      <select
        {...rest}
        className="h-8 w-full appearance-none rounded-md border border-line-strong bg-raised ps-2.5 pe-8 text-sm text-text hover:bg-hover"
      >
        {children}
      </select>
      <ChevronDown aria-hidden className="pointer-events-none absolute end-2 size-4 text-muted" />
    </span>
  );
}
