"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { FormShell } from "#components/ui/form-shell.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";

interface ReviewFormProps {
  tenantId: string;
  useId: string;
  isLive: boolean;
}

const LETTERS = 10;
const VERDICTS = ["justified", "not-justified"] as const;

/** Somebody else's verdict, in words. */
export function ReviewForm({ tenantId, useId, isLive }: ReviewFormProps) {
  const t = useTranslations("breakGlass.review");
  const router = useRouter();
  const [verdict, setVerdict] = useState<(typeof VERDICTS)[number]>("justified");
  const [text, setText] = useState("");
  const [isTried, setTried] = useState(false);
  const { isBusy, failure, run } = useAct();
  const isShort = text.trim().length < LETTERS;

  function submit() {
    setTried(true);
    if (isShort) return;
    run(
      async () => {
        const { consoleClient } = await import("#components/trpc/console-client.ts");
        const input = { useId, verdict, text: text.trim() };
        return consoleClient(tenantId).breakGlass.review.mutate(input);
      },
      () => {
        showToast({ tone: "ok", title: t("done") });
        router.refresh();
      },
    );
  }

  return (
    <FormShell
      confirm={t("confirm")}
      isBusy={isBusy}
      failure={failure}
      disabledReason={isLive ? t("stillLive") : null}
      onSubmit={submit}
    >
      <fieldset className="flex flex-wrap gap-4">
        <legend className="sr-only">{t("verdict")}</legend>
        {VERDICTS.map((name) => (
          <label key={name} className="flex min-h-6 items-center gap-2">
            <input
              type="radio"
              name="verdict"
              className="size-4"
              checked={verdict === name}
              onChange={() => setVerdict(name)}
            />
            {t(name)}
          </label>
        ))}
      </fieldset>
      <TextareaField
        label={t("text")}
        hint={t("textHint")}
        error={isTried && isShort ? t("textShort") : null}
        required
        maxLength={4000}
        value={text}
        onChange={setText}
      />
    </FormShell>
  );
}
