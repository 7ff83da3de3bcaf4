"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Field } from "#components/ui/field.tsx";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { Input } from "#components/ui/input.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";
import type { AdmissionOverview } from "#server/features/admission/schema.ts";

type Cluster = AdmissionOverview["clusters"][number];

interface ClusterFormProps {
  tenantId: string;
  /** Null: a new one. */
  cluster: Cluster | null;
  onClose: () => void;
}

/** Registers a cluster, changes it, or takes it out of use. */
export function ClusterForm({ tenantId, cluster, onClose }: ClusterFormProps) {
  const t = useTranslations("admission");
  const router = useRouter();
  const { isBusy, failure, run } = useAct();
  const [name, setName] = useState(cluster?.cluster ?? "");
  const [description, setDescription] = useState(cluster?.description ?? "");
  const served = cluster?.tenants ?? "every";
  const [tenants, setTenants] = useState(served === "every" ? "" : served.join(" "));
  const [isRetired, setRetired] = useState(Boolean(cluster?.retiredAt));
  const [reason, setReason] = useState("");

  function save() {
    const named = tenants.split(/[\s,]+/).filter(Boolean);
    const input = {
      cluster: name.trim(),
      description,
      tenants: named.length === 0 ? ("every" as const) : named,
      isRetired,
      reason,
    };
    run(
      () => consoleClient(tenantId).admission.saveCluster.mutate(input),
      () => {
        showToast({ tone: "ok", title: t("cluster.saved", { cluster: name }) });
        router.refresh();
        onClose();
      },
    );
  }

  return (
    <FormDialog
      title={cluster ? t("cluster.change", { cluster: cluster.cluster }) : t("cluster.add")}
      confirm={t("save")}
      isBusy={isBusy}
      failure={failure}
      onSubmit={save}
      onClose={onClose}
    >
      {cluster ? null : (
        <Field label={t("cluster.name")} hint={t("cluster.nameHint")}>
          {(control) => (
            <Input
              {...control}
              autoFocus
              dir="ltr"
              className="font-mono"
              maxLength={63}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
      )}
      <Field label={t("cluster.description")}>
        {(control) => (
          <Input
            {...control}
            maxLength={300}
            value={description}
            onChange={(event) => setDescription(event.target.value)}
          />
        )}
      </Field>
      <Field label={t("cluster.tenants")} hint={t("cluster.tenantsHint")}>
        {(control) => (
          <Input
            {...control}
            dir="ltr"
            className="font-mono"
            value={tenants}
            onChange={(event) => setTenants(event.target.value)}
          />
        )}
      </Field>
      {cluster ? (
        <label className="flex min-h-6 items-center gap-2 text-sm">
          <input
            type="checkbox"
            className="size-4"
            checked={isRetired}
            onChange={(event) => setRetired(event.target.checked)}
          />
          {t("cluster.retire")}
        </label>
      ) : null}
      <TextareaField
        label={t("reason")}
        hint={t("reasonHint")}
        required
        maxLength={1000}
        value={reason}
        onChange={setReason}
      />
    </FormDialog>
  );
}
