"use client";
import { useTranslations } from "next-intl";
import { useMemo } from "react";
import type { Column } from "#components/data-table/column.ts";
import { Time } from "#components/time/time.tsx";
import { AgeBar } from "#components/ui/age-bar.tsx";
import type { CredentialRow } from "./credential-row.ts";
import { usePolicyText } from "./policy-text.ts";
import { StatusMark } from "./status-mark.tsx";

/** Credential, state, age, next rotation, policy, class, where it lives, owner. */
export function useCredentialColumns(): readonly Column<CredentialRow>[] {
  const t = useTranslations("rotations");
  const policy = usePolicyText();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the words change with the language only, which loads the page anew
  return useMemo(
    () => [
      {
        id: "name",
        label: t("columns.name"),
        cell: (row) => (
          <>
            {row.name}
            <span className="font-normal text-muted">{` ${row.environment}`}</span>
          </>
        ),
        sortBy: "server",
      },
      {
        id: "status",
        label: t("columns.state"),
        cell: (row) => <StatusMark status={row.status} />,
        sortBy: "server",
      },
      {
        id: "age",
        label: t("columns.age"),
        cell: (row) =>
          row.ageSeconds === null ? (
            <span className="text-muted">{t("ageUnknown")}</span>
          ) : (
            <AgeBar ageSeconds={row.ageSeconds} limitSeconds={row.rule.maxTtlSeconds} />
          ),
        sortBy: "server",
      },
      {
        id: "next",
        label: t("columns.next"),
        cell: (row) =>
          row.nextRotationAt ? (
            <Time at={row.nextRotationAt} />
          ) : (
            <span className="whitespace-nowrap text-muted">{t("noNext")}</span>
          ),
        sortBy: "server",
      },
      {
        id: "class",
        label: t("columns.class"),
        isWideOnly: true,
        cell: (row) => <span className="whitespace-nowrap">{t(`class.${row.class}`)}</span>,
        sortBy: "server",
      },
      {
        id: "region",
        label: t("columns.region"),
        isWideOnly: true,
        cell: (row) =>
          row.region ?? <span className="whitespace-nowrap text-muted">{t("allRegions")}</span>,
        sortBy: "server",
      },
      {
        id: "store",
        label: t("columns.store"),
        isWideOnly: true,
        cell: (row) => (
          <bdi
            dir="ltr"
            data-tip={`${row.store}:${row.path}`}
            className="block max-w-32 truncate text-muted"
          >
            {row.path.split("/").slice(-2).join("/")}
          </bdi>
        ),
      },
      {
        id: "owner",
        label: t("columns.owner"),
        isWideOnly: true,
        cell: (row) => <bdi className="whitespace-nowrap font-sans text-sm">{row.owner}</bdi>,
        sortBy: "server",
      },
      {
        id: "policy",
        label: t("columns.policy"),
        isWideOnly: true,
        cell: (row) => <span className="whitespace-nowrap text-muted">{policy(row.rule)}</span>,
      },
    ],
    [],
  );
}
