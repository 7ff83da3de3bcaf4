"use client";
import { useTranslations } from "next-intl";
import { Button } from "#components/ui/button.tsx";
import { Select } from "#components/ui/select.tsx";
import { useUrlVisit } from "#components/url/use-url-state.ts";
import type { LeaseAct, OpenWorkload } from "./lease-row.ts";
import { LEASE_PARAMS, NO_LEASE_FILTERS, SHOWS } from "./lease-url.ts";

interface LeaseFiltersProps {
  params: Readonly<Record<string, string | undefined>>;
  workloads: readonly OpenWorkload[];
  mayManage: boolean;
  onAct: (act: LeaseAct) => void;
}

/** Narrows the list by workload and by whether a lease has ended; for one workload, ends them all. */
export function LeaseFilters({ params, workloads, mayManage, onAct }: LeaseFiltersProps) {
  const t = useTranslations("leases");
  const { visit } = useUrlVisit();
  const chosen = params.workload ?? "";
  const known = workloads.find(({ workload }) => workload === chosen);
  return (
    <search className="flex flex-wrap items-center gap-2">
      <Select
        aria-label={t("filterByWorkload")}
        className="max-w-60"
        value={chosen}
        onChange={(event) => visit({ workload: event.target.value })}
      >
        <option value="">{t("anyWorkload")}</option>
        {workloads.map(({ workload, open }) => (
          <option key={workload} value={workload}>
            {t("workloadOption", { workload, open })}
          </option>
        ))}
        {chosen && !known ? (
          <option value={chosen}>{t("workloadOption", { workload: chosen, open: 0 })}</option>
        ) : null}
      </Select>
      <Select
        aria-label={t("filterByShow")}
        value={params.show ?? "open"}
        onChange={(event) => visit({ show: event.target.value })}
      >
        {SHOWS.map((name) => (
          <option key={name} value={name}>
            {t(`show.${name}`)}
          </option>
        ))}
      </Select>
      {known ? (
        <Button
          size="sm"
          look="danger"
          disabledReason={mayManage ? null : t("mayNot")}
          onClick={() =>
            onAct({ kind: "revokeWorkload", workload: known.workload, count: known.open })
          }
        >
          {t("revokeAll", { count: known.open })}
        </Button>
      ) : null}
      {LEASE_PARAMS.some((name) => params[name]) ? (
        <Button size="sm" look="quiet" onClick={() => visit(NO_LEASE_FILTERS)}>
          {t("clear")}
        </Button>
      ) : null}
    </search>
  );
}
