"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ReasonDialog } from "#components/rotations/reason-dialog.tsx";
import { Time } from "#components/time/time.tsx";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { LiveQueries } from "#components/trpc/live-queries.tsx";
import { Button } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Section } from "#components/ui/section.tsx";
import { Status } from "#components/ui/status.tsx";
import { addressText } from "./address-text.ts";
import type { Target, TargetList } from "./binding-shapes.ts";
import { TargetForm } from "./target-form.tsx";

interface TargetsPartProps {
  tenantId: string;
  list: TargetList;
  mayManage: boolean;
}

/** Where rotations may log in: those of this organization, and in the Sovereign's context the register. */
export function TargetsPart({ tenantId, list, mayManage }: TargetsPartProps) {
  const t = useTranslations("bindings.targets");
  const router = useRouter();
  const [retiring, setRetiring] = useState<Target | null>(null);
  const whyNot = mayManage ? null : t("mayNot");
  return (
    <LiveQueries>
      <div className="flex flex-col gap-4">
        <Section look="card" title={t(list.isSovereign ? "register" : "here")} aside={t("aside")}>
          {list.isSovereign ? (
            <Rows targets={list.targets} onRetire={setRetiring} whyNot={whyNot} />
          ) : (
            <Rows targets={list.here} />
          )}
        </Section>
        {list.isSovereign ? <TargetForm tenantId={tenantId} whyNot={whyNot} /> : null}
      </div>
      {retiring ? (
        <ReasonDialog
          title={t("retireTitle", { name: retiring.name })}
          does={<p className="text-sm">{t("retireDoes")}</p>}
          confirm={t("retire")}
          act={(reason) =>
            consoleClient(tenantId).rotationTargets.retire.mutate({ name: retiring.name, reason })
          }
          onClose={() => setRetiring(null)}
          onDone={() => {
            showToast({ tone: "ok", title: t("retired", { name: retiring.name }) });
            setRetiring(null);
            router.refresh();
          }}
        />
      ) : null}
    </LiveQueries>
  );
}

type Row = TargetList["here"][number] & Partial<Pick<Target, "tenants" | "retiredAt">>;

interface RowsProps {
  targets: readonly (Omit<Row, "isShared"> & Partial<Pick<Target, "tenants" | "retiredAt">>)[];
  onRetire?: (target: Target) => void;
  whyNot?: string | null;
}

function Rows({ targets, onRetire, whyNot }: RowsProps) {
  const t = useTranslations("bindings.targets");
  if (targets.length === 0) return <EmptyState title={t("none")}>{t("noneBody")}</EmptyState>;
  return (
    <ul>
      {targets.map((target) => (
        <li
          key={target.name}
          className="flex flex-wrap items-start gap-x-6 gap-y-1 border-line border-b px-4 py-3 text-sm last:border-b-0"
        >
          <div className="min-w-0 basis-56">
            <p className="font-medium">
              <bdi dir="ltr">{target.name}</bdi>
            </p>
            <p className="text-muted">{t(`kind.${target.address.kind}`)}</p>
          </div>
          <div className="min-w-0 flex-1 basis-64">
            <bdi dir="ltr" className="break-all font-mono">
              {addressText(target.address)}
            </bdi>
            <p className="text-muted">
              {target.tenants
                ? target.tenants === "every"
                  ? t("every")
                  : t("for", { tenants: target.tenants.join(", ") })
                : null}{" "}
              <bdi dir="ltr">{target.environments.join(", ")}</bdi>
            </p>
            {target.retiredAt ? (
              <Status tone="unknown" look="plain">
                {t("isRetired")} <Time at={target.retiredAt} />
              </Status>
            ) : null}
          </div>
          {onRetire && !target.retiredAt ? (
            <Button
              size="sm"
              disabledReason={whyNot ?? null}
              aria-label={t("retireOne", { name: target.name })}
              onClick={() => onRetire(target as Target)}
            >
              {t("retire")}
            </Button>
          ) : null}
        </li>
      ))}
    </ul>
  );
}
