"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import { Textarea } from "#components/ui/textarea.tsx";
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
  const common = useTranslations("common");
  const problemText = useProblemText();
  const router = useRouter();
  const [reason, setReason] = useState("");
  const [bindingId, setBindingId] = useState(
    act.kind === "issue" ? act.issuable[0]?.bindingId : "",
  );
  const [isTried, setTried] = useState(false);
  const isShort = reason.trim().length < REASON_LETTERS;
  const change = useMutation({
    mutationFn: () => send(tenantId, act, { reason: reason.trim(), bindingId: bindingId ?? "" }),
    onSuccess: () => {
      showToast({ tone: "ok", title: t(`done.${act.kind}`) });
      router.refresh();
      onClose();
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (!isShort && !change.isPending) change.mutate();
  }

  return (
    <Dialog isOpen onClose={onClose} title={t(`ask.${act.kind}`)}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
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
        <Field
          label={t("reason")}
          hint={t("reasonHint")}
          error={isTried && isShort ? t("reasonShort") : null}
        >
          {(control) => (
            <Textarea
              {...control}
              autoFocus
              required
              maxLength={1000}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
        {change.error ? (
          <p role="alert" className="text-danger text-sm">
            {problemText(problemOf(change.error))}
          </p>
        ) : null}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button
            type="submit"
            look={act.kind === "issue" || act.kind === "renew" ? "primary" : "danger"}
            isBusy={change.isPending}
          >
            {t(`confirm.${act.kind}`, factsOf(act))}
          </Button>
        </div>
      </form>
    </Dialog>
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
