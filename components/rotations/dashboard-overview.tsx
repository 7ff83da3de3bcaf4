"use client";
import dynamic from "next/dynamic";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useFormatter, useTranslations } from "next-intl";
import type { CalendarDay } from "#components/ui/calendar-bar.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { withParams } from "#components/url/url-text.ts";
import { useUrlState } from "#components/url/use-url-state.ts";
import type { ClassCounts } from "./class-matrix.tsx";

const loading = () => <Skeleton className="h-40" />;
const CalendarBar = dynamic(
  async () => (await import("#components/ui/calendar-bar.tsx")).CalendarBar,
  { ssr: false, loading: () => <Skeleton className="h-24" /> },
);
const ClassMatrix = dynamic(async () => (await import("./class-matrix.tsx")).ClassMatrix, {
  ssr: false,
  loading,
});
const AgeDistribution = dynamic(
  async () => (await import("./age-distribution.tsx")).AgeDistribution,
  { ssr: false, loading },
);

interface DashboardOverviewProps {
  tenantId: string;
  days: readonly CalendarDay[];
  isFirstLate: boolean;
  next7Days: number;
  next30Days: number;
  byClass: readonly ClassCounts[];
}

const TABS = ["calendar", "classes", "ages"] as const;

/** What is coming, what each class needs, and how old values are; each leads to its rows. */
export function DashboardOverview(props: DashboardOverviewProps) {
  const { tenantId, days, isFirstLate, byClass } = props;
  const t = useTranslations("rotations");
  const format = useFormatter();
  const pathname = usePathname();
  const { params, change } = useUrlState();
  const chosen = TABS.find((name) => name === params.get("overview")) ?? "calendar";
  const next = params.get("next");
  const hrefOf = (day: string) =>
    withParams(pathname, params.toString(), { next: next === day ? null : day });
  const window = (name: "7d" | "30d", count: number) => (
    <Link
      href={hrefOf(name)}
      scroll={false}
      prefetch={false}
      aria-current={next === name ? "true" : undefined}
      className="text-accent underline aria-[current]:font-semibold"
    >
      {t(name === "7d" ? "next7Count" : "next30Count", { count: format.number(count) })}
    </Link>
  );
  const calendar = (
    <div className="flex flex-col gap-2">
      <p className="flex flex-wrap gap-x-4 gap-y-1 text-muted text-sm">
        <span>{t("calendarHint")}</span>
        {window("7d", props.next7Days)}
        {window("30d", props.next30Days)}
      </p>
      <CalendarBar
        label={t("calendarTitle")}
        days={days}
        isFirstLate={isFirstLate}
        hrefOf={hrefOf}
        chosenDay={next}
      />
    </div>
  );
  return (
    <section
      aria-label={t("overview.label")}
      className="min-w-0 rounded-lg border border-line bg-raised px-4 py-2"
    >
      <Tabs
        label={t("overview.label")}
        chosen={chosen}
        onChoose={(name) => change({ overview: name === "calendar" ? null : name })}
        tabs={[
          { name: "calendar", label: t("calendarTitle"), content: calendar },
          {
            name: "classes",
            label: t("overview.classes"),
            content: <ClassMatrix byClass={byClass} />,
          },
          {
            name: "ages",
            label: t("overview.ages"),
            content: <AgeDistribution tenantId={tenantId} />,
          },
        ]}
      />
    </section>
  );
}
