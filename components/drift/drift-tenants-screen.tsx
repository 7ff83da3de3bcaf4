"use client";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { usePageRefresh } from "#components/live/use-page-refresh.ts";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { Time } from "#components/time/time.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Status } from "#components/ui/status.tsx";
import { SEVERITIES } from "#server/engines/drift/finding.ts";
import type { Overview } from "#server/features/drift/views.ts";
import { SeverityMark } from "./drift-marks.tsx";
import { DriftPages } from "./drift-pages.tsx";

interface DriftTenantsScreenProps {
  tenantId: string;
  overview: Overview;
}

type Row = Overview["rows"][number];
const CELL = "px-3 py-2 text-start align-top";

/** How much drifted of each tenant that the reader may see; each number leads to its findings. */
export function DriftTenantsScreen({ tenantId, overview }: DriftTenantsScreenProps) {
  const t = useTranslations("drift.tenants");
  const drift = useTranslations("drift");
  usePageRefresh(true, 15_000);
  return (
    <AsOfProvider at={overview.asOf}>
      <PageHeader title={t("title")} asOf={overview.asOf} actions={<RefreshButton />} />
      <DriftPages tenantId={tenantId} />
      <section
        aria-label={t("label")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        className="relative overflow-x-auto rounded-lg border border-line bg-raised"
      >
        <table className="w-full border-collapse text-sm">
          <caption className="sr-only">{t("label")}</caption>
          <thead>
            <tr className="border-line border-b text-muted text-xs">
              <th scope="col" className={CELL}>
                {t("tenant")}
              </th>
              {SEVERITIES.map((severity) => (
                <th key={severity} scope="col" className={CELL}>
                  <SeverityMark severity={severity} />
                </th>
              ))}
              <th scope="col" className={CELL}>
                {drift("strip.suppressed")}
              </th>
              <th scope="col" className={CELL}>
                {t("oldest")}
              </th>
              <th scope="col" className={CELL}>
                {t("looked")}
              </th>
            </tr>
          </thead>
          <tbody>
            {overview.rows.map((row) => (
              <TenantRow key={row.tenant} row={row} />
            ))}
          </tbody>
        </table>
      </section>
    </AsOfProvider>
  );
}

function TenantRow({ row }: { row: Row }) {
  const t = useTranslations("drift.tenants");
  const href = `/t/${row.tenant}/drift`;
  return (
    <tr className="border-line border-b last:border-b-0">
      <th scope="row" className={`${CELL} font-normal`}>
        <Link href={href} className="inline-flex min-h-6 items-center font-medium hover:underline">
          {row.displayName}
        </Link>
        <span className="block text-muted text-xs">
          {row.isSovereign ? t("sovereign") : <bdi dir="ltr">{row.environments.join(", ")}</bdi>}
        </span>
      </th>
      {SEVERITIES.map((severity) => (
        <td key={severity} className={CELL}>
          <Count
            href={`${href}?severity=${severity}`}
            count={row.lookedAt ? row.open[severity] : null}
          />
        </td>
      ))}
      <td className={CELL}>
        <Count href={`${href}?state=suppressed`} count={row.lookedAt ? row.suppressed : null} />
      </td>
      <td className={CELL}>{row.oldestCriticalAt ? <Time at={row.oldestCriticalAt} /> : "–"}</td>
      <td className={CELL}>
        {row.lookedAt ? <Time at={row.lookedAt} /> : <span>{t("never")}</span>}
        {row.away.length > 0 ? (
          <span className="block" data-tip={row.away.join(", ")}>
            <Status tone="unknown" look="plain">
              {t("away", { count: row.away.length })}
            </Status>
          </span>
        ) : null}
      </td>
    </tr>
  );
}

function Count({ href, count }: { href: string; count: number | null }) {
  const format = useFormatter();
  const unknown = useTranslations("drift.unknown");
  if (count === null) return <span className="text-unknown">{unknown("mark")}</span>;
  if (count === 0) return <span className="text-muted tabular-nums">0</span>;
  return (
    <Link
      href={href}
      className="inline-flex min-h-6 min-w-6 items-center font-semibold tabular-nums underline"
    >
      {format.number(count)}
    </Link>
  );
}
