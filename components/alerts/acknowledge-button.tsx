"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { Button } from "#components/ui/button.tsx";

interface AcknowledgeButtonProps {
  tenantId: string;
  alertId: string;
  mayManage: boolean;
}

/** Says that somebody is looking after an alert. */
export function AcknowledgeButton({ tenantId, alertId, mayManage }: AcknowledgeButtonProps) {
  const t = useTranslations("alerts");
  const router = useRouter();
  const problemText = useProblemText();
  const [isBusy, setBusy] = useState(false);

  async function acknowledge() {
    setBusy(true);
    try {
      const { consoleClient } = await import("#components/trpc/console-client.ts");
      await consoleClient(tenantId).alerts.acknowledge.mutate({ alertId });
      router.refresh();
    } catch (error) {
      const detail = problemText(problemOf(error));
      showToast({ tone: "danger", title: t("acknowledgeFailed"), detail });
    } finally {
      setBusy(false);
    }
  }

  return (
    <Button
      size="sm"
      isBusy={isBusy}
      disabledReason={mayManage ? null : t("mayNotManage")}
      onClick={acknowledge}
    >
      {t("acknowledge")}
    </Button>
  );
}
