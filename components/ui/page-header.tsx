"use client";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { ClockTime } from "#components/time/clock-time.tsx";

interface PageHeaderProps {
  title: ReactNode;
  /** When the data below was read; pages of live data always say. */
  asOf?: Date | string;
  actions?: ReactNode;
}

/** The title of a page, as of when, and what can be done. */
export function PageHeader({ title, asOf, actions }: PageHeaderProps) {
  const t = useTranslations("common");
  return (
    <header className="flex min-h-9 flex-wrap items-center gap-x-4 gap-y-2">
      <h1 className="font-semibold text-lg">{title}</h1>
      <div className="ms-auto flex flex-wrap items-center gap-3">
        {asOf ? (
          <p className="flex items-baseline gap-1 text-muted text-sm">
            {t.rich("asOf", { time: () => <ClockTime key="at" at={asOf} show="time" /> })}
          </p>
        ) : null}
        {actions}
      </div>
    </header>
  );
}
