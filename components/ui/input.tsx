import type { InputHTMLAttributes } from "react";
import { cx } from "./cx.ts";

const LOOK =
  "h-9 w-full rounded-md border border-line-strong bg-raised px-2.5 text-text aria-[invalid]:border-danger";

/** One line of text. Its label comes from `Field` or `aria-label`. */
export function Input({ className, ...rest }: InputHTMLAttributes<HTMLInputElement>) {
  return <input {...rest} className={cx(LOOK, className)} />;
}
