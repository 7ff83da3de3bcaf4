"use client";
import { useTranslations } from "next-intl";
import { useMemo } from "react";
import type { Column } from "#components/data-table/column.ts";
import { Time } from "#components/time/time.tsx";
import { ExpiryCountdown } from "./expiry-countdown.tsx";
import { LeaseMark } from "./lease-mark.tsx";
import type { LeaseRow } from "./lease-row.ts";

/** Workload, state, how long it lives, the credential, its login, when it was asked for. */
export function useLeaseColumns(): readonly Column<LeaseRow>[] {
  const t = useTranslations("leases");
  // biome-ignore lint/correctness/useExhaustiveDependencies: the words change with the language only, which loads the page anew
  return useMemo(
    () => [
      {
        id: "workload",
        label: t("columns.workload"),
        cell: (row) => <bdi className="font-sans">{row.workload}</bdi>,
      },
      {
        id: "state",
        label: t("columns.state"),
        cell: (row) => <LeaseMark state={row.state} />,
      },
      {
        id: "expires",
        label: t("columns.expires"),
        cell: (row) =>
          row.expiresAt && row.endedAt === null && row.state !== "expired" ? (
            <ExpiryCountdown at={row.expiresAt} />
          ) : row.endedAt ? (
            <Time at={row.endedAt} className="text-muted" />
          ) : (
            <span className="text-muted">{t("noExpiry")}</span>
          ),
      },
      {
        id: "credential",
        label: t("columns.credential"),
        cell: (row) => (
          <>
            {row.credential}
            <span className="font-normal text-muted">{` ${row.environment}`}</span>
          </>
        ),
      },
      {
        id: "login",
        label: t("columns.login"),
        isWideOnly: true,
        cell: (row) => (
          <bdi
            dir="ltr"
            className="block max-w-48 truncate text-muted"
            data-tip={row.username ?? ""}
          >
            {row.username ?? ""}
          </bdi>
        ),
      },
      {
        id: "requested",
        label: t("columns.requested"),
        isWideOnly: true,
        cell: (row) => <Time at={row.requestedAt} />,
      },
    ],
    [],
  );
}
