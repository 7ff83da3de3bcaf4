"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { useStepUp } from "#components/step-up/use-step-up.tsx";
import { showToast } from "#components/toast/toast-store.ts";
import { Field } from "#components/ui/field.tsx";
import { FormShell } from "#components/ui/form-shell.tsx";
import { Input } from "#components/ui/input.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";
import type { PrincipalView } from "#server/features/break-glass/schema.ts";
import { useEnvironmentName } from "./environment-name.ts";

interface UseFormProps {
  tenantId: string;
  principal: PrincipalView;
}

interface Asked {
  principalId: string;
  minutes: number;
  reason: string;
}

const LETTERS = 10;

/** Breaks the glass: for how long, why, and then a second factor for exactly that. */
export function UseForm({ tenantId, principal }: UseFormProps) {
  const t = useTranslations("breakGlass.own");
  const who = useTranslations("breakGlass.who");
  const router = useRouter();
  const environment = useEnvironmentName()(principal.environment);
  const { principalId, maxMinutes: most } = principal;
  const [minutes, setMinutes] = useState(String(Math.min(15, most)));
  const [reason, setReason] = useState("");
  const [isTried, setTried] = useState(false);
  const { isBusy, failure, run, fail } = useAct();
  const count = Number(minutes);
  const isTimed = Number.isInteger(count) && count >= 1 && count <= most;
  const isShort = reason.trim().length < LETTERS;
  const stepUp = useStepUp<Asked>({
    tenantId,
    form: `break-glass.activate/${principalId}`,
    words: (input) => t("words", { environment, minutes: input.minutes, reason: input.reason }),
    send: async (input) => {
      const { consoleClient } = await import("#components/trpc/console-client.ts");
      await consoleClient(tenantId).breakGlass.activate.mutate(input);
      showToast({ tone: "ok", title: t("done") });
      router.refresh();
    },
    onFailure: fail,
    restore: (input) => {
      setMinutes(String(input.minutes));
      setReason(input.reason);
    },
  });

  function submit() {
    setTried(true);
    if (!isTimed || isShort) return;
    run(() => stepUp.attempt({ principalId, minutes: count, reason: reason.trim() }));
  }

  return (
    <div className="flex max-w-xl flex-col gap-3">
      <h3 className="font-medium">{t("form", { environment })}</h3>
      <div className="text-sm">
        <p>{t("gives")}</p>
        <ul className="list-disc ps-5">
          {principal.scopes.map((scope) => (
            <li key={scope}>
              <bdi dir="ltr" className="break-all font-mono text-xs">
                {scope}
              </bdi>
            </li>
          ))}
        </ul>
        <p className="pt-1">{t("tells")}</p>
      </div>
      <FormShell
        confirm={t("confirm")}
        look="danger"
        isBusy={isBusy}
        failure={failure}
        disabledReason={principal.blockedBy ? who(`blocked.${principal.blockedBy}`) : null}
        onSubmit={submit}
      >
        <Field
          label={t("minutes")}
          hint={t("minutesHint", { most })}
          error={isTried && !isTimed ? t("minutesWrong", { most }) : null}
        >
          {(control) => (
            <Input
              {...control}
              dir="ltr"
              inputMode="numeric"
              value={minutes}
              onChange={(event) => setMinutes(event.target.value)}
            />
          )}
        </Field>
        <TextareaField
          label={t("reason")}
          hint={t("reasonHint")}
          error={isTried && isShort ? t("reasonShort") : null}
          required
          maxLength={2000}
          value={reason}
          onChange={setReason}
        />
      </FormShell>
      {stepUp.dialog}
    </div>
  );
}
