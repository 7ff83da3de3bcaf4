"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";

/** Takes one's own request back, with a reason. */
export function WithdrawForm({
  tenantId,
  deploymentId,
}: {
  tenantId: string;
  deploymentId: string;
}) {
  const t = useTranslations("deployments.case");
  const problemText = useProblemText();
  const router = useRouter();
  const [reason, setReason] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);

  async function withdraw() {
    setBusy(true);
    setFailure(null);
    try {
      await consoleClient(tenantId).deployments.withdraw.mutate({ deploymentId, reason });
      showToast({ tone: "ok", title: t("withdrawn") });
      router.refresh();
    } catch (error) {
      setFailure(problemText(problemOf(error)));
    } finally {
      setBusy(false);
    }
  }

  return (
    <div className="flex flex-col gap-2 border-line border-t pt-3">
      <Field label={t("withdrawReason")} error={failure}>
        {(control) => (
          <Input
            {...control}
            maxLength={2000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      <Button className="self-start" isBusy={isBusy} onClick={withdraw}>
        {t("withdraw")}
      </Button>
    </div>
  );
}
