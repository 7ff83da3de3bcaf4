import type { ReactNode } from "react";

/** A line that names the group of choices below it. */
export function MenuHeading({ children }: { children: ReactNode }) {
  return (
    <p role="presentation" className="mt-1 border-line border-t px-2 pt-2 pb-1 text-muted text-xs">
      {children}
    </p>
  );
}
