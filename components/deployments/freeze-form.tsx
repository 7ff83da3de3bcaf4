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
import type { EnvironmentView } from "#server/features/deployments/schema.ts";

interface FreezeFormProps {
  tenantId: string;
  environment: EnvironmentView["environment"];
  isFrozen: boolean;
  onDone: () => void;
}

/** Stops deployments to an environment, or lets them go on; both take a reason. */
export function FreezeForm({ tenantId, environment, isFrozen, onDone }: FreezeFormProps) {
  const t = useTranslations("environments.freeze");
  const names = useTranslations("deployments.environment");
  const problemText = useProblemText();
  const router = useRouter();
  const [reason, setReason] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);

  async function change() {
    setBusy(true);
    setFailure(null);
    try {
      const input = { environment, isFrozen: !isFrozen, reason };
      await consoleClient(tenantId).deployments.freezeEnvironment.mutate(input);
      const title = t(isFrozen ? "lifted" : "frozen", { environment: names(environment) });
      showToast({ tone: "ok", title });
      onDone();
      router.refresh();
    } catch (error) {
      setFailure(problemText(problemOf(error)));
      setBusy(false);
    }
  }

  return (
    <div className="flex flex-col gap-2">
      <Field label={t("reason")} error={failure}>
        {(control) => (
          <Input
            {...control}
            maxLength={2000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      <Button
        look={isFrozen ? "primary" : "danger"}
        className="self-start"
        isBusy={isBusy}
        onClick={change}
      >
        {t(isFrozen ? "lift" : "freeze")}
      </Button>
    </div>
  );
}
