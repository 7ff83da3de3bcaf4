"use client";
import { useTranslations } from "next-intl";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { StoreList } from "#components/regions/store-list.tsx";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { ClockTime } from "#components/time/clock-time.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import { Status } from "#components/ui/status.tsx";
import type { PlatformHealth, TenantCounts } from "#server/features/platform/schema.ts";
import type { StoreStatus } from "#server/features/regions/views.ts";
import { EngineCard } from "./engine-card.tsx";
import { LoginList } from "./login-list.tsx";
import { tenantState } from "./tenant-state.ts";

const COLUMNS = [
  "tenant",
  "state",
  "credentials",
  "rotations",
  "alerts",
  "unsealed",
  "sealed",
  "signed",
] as const;
const TONES = { ok: "ok", late: "due", unsealed: "due", trouble: "danger" } as const;
const CELL = "whitespace-nowrap px-4 py-2 text-start";

/** What the platform has to do for each tenant: counts and times, never content. */
export function HealthScreen({
  health,
  stores,
}: {
  health: PlatformHealth;
  stores: readonly StoreStatus[];
}) {
  const t = useTranslations("health");
  return (
    <AsOfProvider at={health.asOf}>
      <PageHeader title={t("title")} asOf={health.asOf} actions={<RefreshButton />} />
      <StoreList stores={stores} />
      <EngineCard engine={health.engine} />
      <LoginList logins={health.logins} />
      <Section title={t("tenants")} aside={t("hint")} look="card">
        <section
          aria-label={t("scope")}
          className="relative overflow-x-auto"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
          tabIndex={0}
        >
          <table className="w-full text-sm tabular-nums">
            <thead className="border-line border-b text-muted">
              <tr>
                {COLUMNS.map((name) => (
                  <th key={name} scope="col" className={`${CELL} font-medium`}>
                    {t(`columns.${name}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {health.tenants.map((counts) => (
                <TenantRow key={counts.tenantId} counts={counts} asOf={health.asOf} />
              ))}
            </tbody>
          </table>
        </section>
      </Section>
    </AsOfProvider>
  );
}

function TenantRow({ counts, asOf }: { counts: TenantCounts; asOf: Date }) {
  const t = useTranslations("health");
  const state = tenantState(counts, asOf);
  return (
    <tr className="border-line border-b last:border-b-0">
      <th scope="row" className={`${CELL} font-medium`}>
        <bdi dir="ltr">{counts.tenantId}</bdi>
        {counts.kind === "sovereign" ? (
          <span className="font-normal text-muted"> · {t("sovereign")}</span>
        ) : null}
      </th>
      <td className={CELL}>
        <Status tone={TONES[state]} look="plain">
          {state === "trouble"
            ? t("state.trouble", { count: counts.troubledRotations })
            : t(`state.${state}`)}
        </Status>
      </td>
      <td className={CELL}>{counts.credentials}</td>
      <td className={CELL}>{counts.unfinishedRotations}</td>
      <td className={CELL}>{counts.openAlerts}</td>
      <td className={CELL}>
        {counts.unsealedEvents}
        {counts.oldestUnsealedAt ? (
          <span className="text-muted">
            {" · "}
            {t("oldest")} <ClockTime at={counts.oldestUnsealedAt} />
          </span>
        ) : null}
      </td>
      <td className={CELL}>{counts.sealedEvents}</td>
      <td className={CELL}>
        {counts.sealedAt ? (
          <ClockTime at={counts.sealedAt} />
        ) : (
          <span className="text-muted">{t("never")}</span>
        )}
      </td>
    </tr>
  );
}
