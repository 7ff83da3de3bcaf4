import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "./cx.ts";

interface StateMessageProps {
  icon: LucideIcon;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
  /** An error announces itself; the other states are simply there. */
  isAlert?: boolean;
  /** `h1` where the message is the whole page. */
  heading?: "h1" | "h2";
  className?: string;
}

/** The common shape of the empty, filtered-empty, forbidden and error states. */
export function StateMessage(props: StateMessageProps) {
  const {
    icon: Icon,
    title,
    children,
    actions,
    isAlert = false,
    heading: Heading = "h2",
    className,
  } = props;
  return (
    <div
      role={isAlert ? "alert" : undefined}
      className={cx("flex flex-col items-start gap-3 p-6 sm:flex-row sm:gap-4", className)}
    >
      <span className="grid size-9 shrink-0 place-items-center rounded-md border border-line bg-sunken">
        <Icon aria-hidden className={cx("size-5", isAlert ? "text-danger" : "text-muted")} />
      </span>
      <div className="flex min-w-0 max-w-prose flex-col gap-1">
        <Heading className="font-semibold text-md">{title}</Heading>
        {children ? <div className="text-muted">{children}</div> : null}
        {actions ? <div className="mt-2 flex flex-wrap gap-2">{actions}</div> : null}
      </div>
    </div>
  );
}
