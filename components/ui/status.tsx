import { CircleAlert, CircleCheck, CircleHelp, Clock3, Info, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "./cx.ts";

/** The five statuses: colour is never alone, each has an icon and stands beside a word. */
export type Tone = "ok" | "due" | "danger" | "unknown" | "info";

const ICONS: Record<Tone, LucideIcon> = {
  ok: CircleCheck,
  due: Clock3,
  danger: CircleAlert,
  unknown: CircleHelp,
  info: Info,
};
const TEXT: Record<Tone, string> = {
  ok: "text-ok",
  due: "text-due",
  danger: "text-danger",
  unknown: "text-unknown",
  info: "text-info",
};
const TINT: Record<Tone, string> = {
  ok: "bg-ok-tint",
  due: "bg-due-tint",
  danger: "bg-danger-tint",
  unknown: "bg-unknown-tint",
  info: "bg-info-tint",
};

interface StatusProps {
  tone: Tone;
  /** The word beside the icon. */
  children: ReactNode;
  /** `badge` stands on a tint; `plain` is for dense rows. */
  look?: "badge" | "plain";
  icon?: LucideIcon;
  /** Words that may need more than one line on a phone. */
  isSentence?: boolean;
}

/** A state in a word, with its icon and its colour. */
export function Status({ tone, children, look = "badge", icon, isSentence }: StatusProps) {
  const Icon = icon ?? ICONS[tone];
  return (
    <span
      className={cx(
        "inline-flex items-center gap-1.5 font-medium text-sm",
        isSentence ? "max-w-full" : "whitespace-nowrap",
        TEXT[tone],
        look === "badge" && ["px-2 py-0.5 text-xs", TINT[tone]],
        look === "badge" && (isSentence ? "rounded-md" : "rounded-full"),
      )}
    >
      <Icon aria-hidden className="size-3.5 shrink-0" />
      {children}
    </span>
  );
}
