import { cx } from "./cx.ts";

/** A grey shape where content will be; give it the size of what it stands for. */
export function Skeleton({ className }: { className?: string }) {
  return (
    <span
      aria-hidden
      className={cx(
        "block animate-[pulse-soft_1.6s_ease-in-out_infinite] rounded-sm bg-line",
        className,
      )}
    />
  );
}
