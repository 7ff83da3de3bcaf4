"use client";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useFormatter, useTranslations } from "next-intl";
import { cx } from "#components/ui/cx.ts";
import { withParams } from "#components/url/url-text.ts";
import { useUrlState } from "#components/url/use-url-state.ts";
import type { CLASSES } from "./rotation-url.ts";

const STATES = [
  { status: "leaked", count: "leaked", isBad: true },
  { status: "orphaned", count: "orphaned", isBad: true },
  { status: "failed", count: "failed", isBad: true },
  { status: "missing", count: "missing", isBad: true },
  { status: "overdue", count: "overdue", isBad: true },
  { status: "awaiting-approval", count: "awaitingApproval", isBad: false },
  { status: "rotating", count: "rotating", isBad: false },
  { status: "in-grace", count: "inGrace", isBad: false },
  { status: "due-soon", count: "dueSoon", isBad: false },
  { status: "unmanaged", count: "unmanaged", isBad: false },
  { status: "healthy", count: "healthy", isBad: false },
  { status: "retired", count: "retired", isBad: false },
] as const;

/** How many credentials of a class need what. */
export type ClassCounts = Record<(typeof STATES)[number]["count"], number> & {
  class: (typeof CLASSES)[number];
  total: number;
};

/** Classes down, states across: each number leads to its rows. States that nothing is in are left out. */
export function ClassMatrix({ byClass }: { byClass: readonly ClassCounts[] }) {
  const t = useTranslations("rotations");
  const format = useFormatter();
  const pathname = usePathname();
  const { params } = useUrlState();
  const shown = STATES.filter(({ count }) => byClass.some((row) => row[count] > 0));
  const link = (patch: Record<string, string>, count: number, tone?: string) => (
    <Link
      href={withParams(pathname, params.toString(), { state: null, ...patch })}
      scroll={false}
      prefetch={false}
      className={cx("inline-block min-w-6 py-1 underline decoration-line-strong", tone)}
    >
      {format.number(count)}
    </Link>
  );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section aria-label={t("overview.classes")} tabIndex={0} className="overflow-x-auto">
      <table className="w-full border-collapse text-sm">
        <caption className="sr-only">{t("overview.classes")}</caption>
        <thead>
          <tr className="border-line border-b text-muted text-xs">
            <th scope="col" className="px-2 py-1 text-start font-medium">
              {t("columns.class")}
            </th>
            <th scope="col" className="px-2 py-1 text-end font-medium">
              {t("overview.total")}
            </th>
            {shown.map(({ status }) => (
              <th key={status} scope="col" className="px-2 py-1 text-end font-medium">
                {t(`status.${status}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {byClass.map((row) => (
            <tr key={row.class} className="border-line border-b last:border-b-0">
              <th scope="row" className="whitespace-nowrap px-2 text-start font-normal">
                {t(`class.${row.class}`)}
              </th>
              <td className="px-2 text-end">{link({ class: row.class }, row.total)}</td>
              {shown.map(({ status, count, isBad }) => (
                <td key={status} className="px-2 text-end">
                  {row[count] > 0 ? (
                    link(
                      { class: row.class, state: status },
                      row[count],
                      isBad ? "font-semibold text-danger" : undefined,
                    )
                  ) : (
                    <span className="text-muted">{format.number(0)}</span>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
