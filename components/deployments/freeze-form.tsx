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
  const router = useRouter();
  const [reason, setReason] = useState("");
  const { isBusy, failure, run } = useAct();
  const input = { environment, isFrozen: !isFrozen, reason };
  const change = () =>
    run(
      () => consoleClient(tenantId).deployments.freezeEnvironment.mutate(input),
      () => {
        const title = t(isFrozen ? "lifted" : "frozen", { environment: names(environment) });
        showToast({ tone: "ok", title });
        onDone();
        router.refresh();
      },
    );

  return (
    <FormShell
      confirm={t(isFrozen ? "lift" : "freeze")}
      look={isFrozen ? "primary" : "danger"}
      isBusy={isBusy}
      failure={failure}
      onSubmit={change}
    >
      <Field label={t("reason")}>
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
  );
}
