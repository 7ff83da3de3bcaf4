"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { Identifier } from "#components/ui/identifier.tsx";
import { Input } from "#components/ui/input.tsx";
import { Select } from "#components/ui/select.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";
import { newToken } from "./new-token.ts";

interface CredentialFormProps {
  tenantId: string;
  cluster: string;
  /** Whether there is one to replace. */
  isReplacing: boolean;
  onClose: () => void;
}

const KEEP_SECONDS = [0, 3_600, 86_400, 604_800] as const;

/** Takes a new token by its hash. It is made in this browser, or wherever it will live. */
export function CredentialForm({ tenantId, cluster, isReplacing, onClose }: CredentialFormProps) {
  const t = useTranslations("admission.credential");
  const common = useTranslations("admission");
  const router = useRouter();
  const { isBusy, failure, run } = useAct();
  const [token, setToken] = useState<string | null>(null);
  const [tokenHash, setHash] = useState("");
  const [keepOldSeconds, setKeep] = useState<number>(86_400);
  const [reason, setReason] = useState("");

  async function make() {
    const made = await newToken();
    setToken(made.token);
    setHash(made.hash);
  }

  const save = () =>
    run(
      () =>
        consoleClient(tenantId).admission.setCredential.mutate({
          cluster,
          tokenHash: tokenHash.trim().toLowerCase(),
          keepOldSeconds,
          reason,
        }),
      () => {
        showToast({ tone: "ok", title: t("saved", { cluster }) });
        router.refresh();
        onClose();
      },
    );

  return (
    <FormDialog
      title={t("title", { cluster })}
      confirm={t("save")}
      isBusy={isBusy}
      failure={failure}
      onSubmit={save}
      onClose={onClose}
    >
      <p className="text-sm">{t("does")}</p>
      {token ? (
        <div className="flex min-w-0 flex-col gap-1 rounded-md border border-line bg-sunken p-3 text-sm">
          <p className="font-medium">{t("once")}</p>
          <span className="font-mono text-xs">
            <Identifier value={token} />
          </span>
        </div>
      ) : (
        <Button className="self-start" onClick={make}>
          {t("make")}
        </Button>
      )}
      <Field label={t("hash")} hint={t("hashHint")}>
        {(control) => (
          <Input
            {...control}
            dir="ltr"
            className="font-mono"
            spellCheck={false}
            autoComplete="off"
            value={tokenHash}
            onChange={(event) => {
              setToken(null);
              setHash(event.target.value);
            }}
          />
        )}
      </Field>
      {isReplacing ? (
        <Field label={t("keep")} hint={t("keepHint")}>
          {(control) => (
            <Select
              {...control}
              value={keepOldSeconds}
              onChange={(event) => setKeep(Number(event.target.value))}
            >
              {KEEP_SECONDS.map((seconds) => (
                <option key={seconds} value={seconds}>
                  {t(`for.${seconds}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
      ) : null}
      <TextareaField
        label={common("reason")}
        hint={common("reasonHint")}
        required
        maxLength={1000}
        value={reason}
        onChange={setReason}
      />
    </FormDialog>
  );
}
