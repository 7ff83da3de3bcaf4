"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { Select } from "#components/ui/select.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";
import type { LeaseAct } from "./lease-row.ts";

interface LeaseDialogProps {
  tenantId: string;
  act: LeaseAct;
  onClose: () => void;
}

/** As the verbs demand it. */
const REASON_LETTERS = 10;

/** Says what will be touched, counts it, and asks why. */
export function LeaseDialog({ tenantId, act, onClose }: LeaseDialogProps) {
  const t = useTranslations("leases");
  const router = useRouter();
  const [reason, setReason] = useState("");
  const [bindingId, setBindingId] = useState(
    act.kind === "issue" ? act.issuable[0]?.bindingId : "",
  );
  const [isTried, setTried] = useState(false);
  const isShort = reason.trim().length < REASON_LETTERS;
  const { isBusy, failure, run } = useAct();

  function submit() {
    setTried(true);
    if (isShort) return;
    run(
      () => send(tenantId, act, { reason: reason.trim(), bindingId: bindingId ?? "" }),
      () => {
        showToast({ tone: "ok", title: t(`done.${act.kind}`) });
        router.refresh();
        onClose();
      },
    );
  }

  return (
    <FormDialog
      title={t(`ask.${act.kind}`)}
      confirm={t(`confirm.${act.kind}`, factsOf(act))}
      look={act.kind === "issue" || act.kind === "renew" ? "primary" : "danger"}
      isBusy={isBusy}
      failure={failure}
      onSubmit={submit}
      onClose={onClose}
    >
      <p className="text-sm">{t(`does.${act.kind}`, factsOf(act))}</p>
      {act.kind === "issue" ? (
        <Select
          aria-label={t("columns.credential")}
          value={bindingId ?? ""}
          onChange={(event) => setBindingId(event.target.value)}
        >
          {act.issuable.map(({ bindingId: id, name, environment, workload }) => (
            <option key={id} value={id}>
              {t("issueOption", { name, environment, workload })}
            </option>
          ))}
        </Select>
      ) : null}
      <TextareaField
        label={t("reason")}
        hint={t("reasonHint")}
        error={isTried && isShort ? t("reasonShort") : null}
        autoFocus
        required
        maxLength={1000}
        value={reason}
        onChange={setReason}
      />
    </FormDialog>
  );
}

function factsOf(act: LeaseAct): Record<string, string | number> {
  if (act.kind === "revokeWorkload") return { workload: act.workload, count: act.count };
  if (act.kind === "issue") return { workload: "", count: act.issuable.length };
  return { workload: act.lease.workload, count: 1 };
}

function send(
  tenantId: string,
  act: LeaseAct,
  { reason, bindingId }: { reason: string; bindingId: string },
): Promise<unknown> {
  const { leases } = consoleClient(tenantId);
  switch (act.kind) {
    case "issue":
      return leases.issue.mutate({ bindingId, reason });
    case "renew":
      return leases.renew.mutate({ leaseId: act.lease.leaseId, reason });
    case "revoke":
      return leases.revoke.mutate({ leaseId: act.lease.leaseId, reason });
    case "revokeWorkload":
      return leases.revokeWorkload.mutate({
        workload: act.workload,
        expectedCount: act.count,
        reason,
      });
  }
}
