import { Bell } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";

interface AlertsBellProps {
  tenantId: string;
  /** `null` when it could not be counted: shown as unknown, never as zero. */
  openCount: number | null;
}

/** How many alerts nobody has acknowledged, leading to them. */
export function AlertsBell({ tenantId, openCount }: AlertsBellProps) {
  const t = useTranslations("alerts.bell");
  const label = openCount === null ? t("unknown") : t("open", { count: openCount });
  return (
    <Link
      href={`/t/${tenantId}/alerts`}
      aria-label={label}
      data-tip={label}
      className="relative grid size-8 shrink-0 place-items-center rounded-md hover:bg-hover"
    >
      <Bell aria-hidden className="size-4" />
      {openCount === 0 ? null : (
        <span
          aria-hidden
          className="absolute -end-0.5 -top-0.5 min-w-4 rounded-full bg-danger px-1 text-center font-semibold text-on-accent text-xs"
        >
          {openCount === null ? "?" : openCount > 99 ? "99+" : openCount}
        </span>
      )}
    </Link>
  );
}
