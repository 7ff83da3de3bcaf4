"use client";
import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Time } from "#components/time/time.tsx";
import type { Rights } from "#server/features/rights/schema.ts";

type Demand = Rights["rights"][number]["demands"][number];

/** What policy still asks for, in a sentence. */
export function DemandText({ demand }: { demand: Demand }): ReactNode {
  const t = useTranslations("rights.demand");
  const format = useFormatter();
  const roles = (groups: readonly { role: string; count: number }[]) =>
    format.list(groups.map(({ role, count }) => t("group", { role, count })));
  switch (demand.code) {
    case "elevation":
      return t(demand.isMet ? "elevation" : "elevationMissing");
    case "approvals":
      return t("approvals", { groups: roles(demand.groups) });
    case "step-up":
      return t(demand.level === "security-key" ? "step-up-key" : "step-up", {
        minutes: Math.round(demand.withinSeconds / 60),
      });
    case "window":
      if (demand.isOpen) return t("windowOpen");
      if (!demand.opensAt) return t("windowNever");
      return (
        <>
          {t("windowClosed")} <Time at={demand.opensAt} />
        </>
      );
    case "waiting":
      return t("waiting", { minutes: Math.round(demand.seconds / 60) });
    case "frozen":
      if (!demand.until) return t("frozen");
      return (
        <>
          {t("frozenUntil")} <Time at={demand.until} />
        </>
      );
    case "provenance":
      return t("provenance", { level: demand.level });
    case "merge":
      return t("merge", { approvals: demand.approvals });
    case "registries":
      return t("registries", { registries: format.list(demand.registries) });
    case "approval-by-rule":
      return t("approval-by-rule", {
        classes: format.list(
          demand.classes.map((each) => `${each.class} (${each.roles.join(", ")})`),
        ),
      });
    default:
      return t(demand.code);
  }
}
