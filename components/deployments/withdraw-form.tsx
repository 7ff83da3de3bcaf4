"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Field } from "#components/ui/field.tsx";
import { FormShell } from "#components/ui/form-shell.tsx";
import { Input } from "#components/ui/input.tsx";

interface WithdrawFormProps {
  tenantId: string;
  deploymentId: string;
}

/** Takes one's own request back, with a reason. */
export function WithdrawForm({ tenantId, deploymentId }: WithdrawFormProps) {
  const t = useTranslations("deployments.case");
  const router = useRouter();
  const [reason, setReason] = useState("");
  const { isBusy, failure, run } = useAct();
  const withdraw = () =>
    run(
      () => consoleClient(tenantId).deployments.withdraw.mutate({ deploymentId, reason }),
      () => {
        showToast({ tone: "ok", title: t("withdrawn") });
        router.refresh();
      },
    );

  return (
    <div className="border-line border-t pt-3">
      <FormShell
        confirm={t("withdraw")}
        look="plain"
        isBusy={isBusy}
        failure={failure}
        onSubmit={withdraw}
      >
        <Field label={t("withdrawReason")}>
          {(control) => (
            <Input
              {...control}
              maxLength={2000}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
      </FormShell>
    </div>
  );
}
