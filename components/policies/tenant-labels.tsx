"use client";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import { ReasonDialog } from "#components/rotations/reason-dialog.tsx";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { LiveQueries } from "#components/trpc/live-queries.tsx";
import { Button } from "#components/ui/button.tsx";
import { Section } from "#components/ui/section.tsx";
import { Select } from "#components/ui/select.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";
import { LabelList } from "./label-list.tsx";
import { labelsOf, labelText } from "./label-text.ts";

interface TenantLabelsProps {
  tenantId: string;
  /** Whether the viewer has `runtime.tenants.manage`. */
  mayLabel: boolean;
}

function TenantLabelsBody({ tenantId, mayLabel }: TenantLabelsProps) {
  const t = useTranslations("policies.labels");
  const router = useRouter();
  const id = useId();
  const [chosen, setChosen] = useState(tenantId);
  const [text, setText] = useState<string | null>(null);
  const tenants = useQuery({
    queryKey: [tenantId, "tenants.mine"],
    queryFn: () => consoleClient(tenantId).tenants.mine.query(),
  });
  const current = useQuery({
    queryKey: [chosen, "secretPolicies.labels"],
    queryFn: async () => (await consoleClient(chosen).secretPolicies.list.query()).labels,
  });
  const labels = text === null ? null : labelsOf(text);
  return (
    <Section look="card" title={t("title")} aside={t("aside")}>
      <div className="flex flex-wrap items-center gap-3 px-4 py-3 text-sm">
        <label htmlFor={id}>{t("tenant")}</label>
        <Select id={id} value={chosen} onChange={(event) => setChosen(event.target.value)}>
          {(tenants.data ?? [{ tenantId, displayName: tenantId }]).map((tenant) => (
            <option key={tenant.tenantId} value={tenant.tenantId}>
              {tenant.displayName}
            </option>
          ))}
        </Select>
        {current.data ? <LabelList labels={current.data} /> : null}
        <Button
          size="sm"
          className="ms-auto"
          disabledReason={mayLabel ? (current.data ? null : t("loading")) : t("mayNot")}
          onClick={() => setText(labelText(current.data ?? {}))}
        >
          {t("change")}
        </Button>
      </div>
      {text === null ? null : (
        <ReasonDialog
          title={t("changeTitle", { name: chosen })}
          does={<p className="text-sm">{t("does")}</p>}
          confirm={t("confirm")}
          isReady={labels !== null}
          more={() => (
            <TextareaField
              label={t("labels")}
              hint={t("hint")}
              error={labels ? null : t("wrong")}
              dir="ltr"
              spellCheck={false}
              rows={6}
              className="font-mono text-sm"
              value={text}
              onChange={setText}
            />
          )}
          act={(reason) =>
            consoleClient(tenantId).secretPolicies.setTenantLabels.mutate({
              tenantId: chosen,
              labels: labels ?? {},
              reason,
            })
          }
          onClose={() => setText(null)}
          onDone={() => {
            setText(null);
            showToast({ tone: "ok", title: t("done", { name: chosen }) });
            current.refetch();
            router.refresh();
          }}
        />
      )}
    </Section>
  );
}

/** The labels by which the Sovereign's policies select organizations: shown, and changed with a reason. */
export function TenantLabels(props: TenantLabelsProps) {
  return (
    <LiveQueries>
      <TenantLabelsBody {...props} />
    </LiveQueries>
  );
}
