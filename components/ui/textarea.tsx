import type { ComponentProps } from "react";
import { cx } from "./cx.ts";

const LOOK =
  "min-h-20 w-full rounded-md border border-line-strong bg-raised px-2.5 py-2 text-text aria-[invalid]:border-danger";

/** Several lines of text. Its label comes from `Field` or `aria-label`. */
export function Textarea({ className, ...rest }: ComponentProps<"textarea">) {
  return <textarea {...rest} className={cx(LOOK, className)} />;
}
