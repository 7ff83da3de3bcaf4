import type { ReactNode } from "react";
import { useId } from "react";
import { cx } from "./cx.ts";

interface SectionProps {
  title: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
  /** `card` stands on its own raised ground. */
  look?: "card" | "plain";
  className?: string;
}

/** A titled group of the page. */
export function Section({ title, aside, children, look = "plain", className }: SectionProps) {
  const id = useId();
  const isCard = look === "card";
  return (
    <section
      aria-labelledby={id}
      className={cx(
        "flex min-w-0 flex-col",
        isCard ? "rounded-lg border border-line bg-raised" : "gap-2",
        className,
      )}
    >
      <header
        className={cx(
          "flex items-baseline justify-between gap-3",
          isCard && "border-line border-b px-4 py-2.5",
        )}
      >
        <h2 id={id} className={cx("font-semibold", isCard ? "text-base" : "text-sm")}>
          {title}
        </h2>
        {aside ? <div className="text-muted text-sm">{aside}</div> : null}
      </header>
      {children}
    </section>
  );
}
