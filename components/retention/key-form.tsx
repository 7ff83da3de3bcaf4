"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";

interface KeyFormProps {
  tenantId: string;
  onClose: () => void;
  onDone: () => void;
}

/** Rotates the root key, or replaces it by one that the organization brings, wrapped for the keeper alone. */
export function KeyForm({ tenantId, onClose, onDone }: KeyFormProps) {
  const t = useTranslations("retention");
  const { isBusy, failure, run } = useAct();
  const asking = useAct();
  const [wrapped, setWrapped] = useState("");
  const [reason, setReason] = useState("");
  const [importKey, setImportKey] = useState<string | null>(null);
  const client = consoleClient(tenantId).retention;
  const text = wrapped.replace(/\s+/g, "");
  return (
    <FormDialog
      title={t("renewal.title")}
      confirm={t("renewal.submit")}
      look="danger"
      isBusy={isBusy}
      failure={failure ?? asking.failure}
      onClose={onClose}
      onSubmit={() =>
        run(
          () => client.renewKey.mutate({ reason, ...(text ? { wrapped: text } : {}) }),
          () => {
            showToast({ tone: "ok", title: t("renewal.done") });
            onDone();
          },
        )
      }
    >
      <p className="text-sm">{t("renewal.body")}</p>
      {importKey ? (
        <pre
          dir="ltr"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
          tabIndex={0}
          className="max-h-40 overflow-auto rounded-md border border-line p-2 font-mono text-xs"
        >
          {importKey}
        </pre>
      ) : (
        <div>
          <Button
            type="button"
            size="sm"
            isBusy={asking.isBusy}
            onClick={() =>
              asking.run(
                () => client.importKey.query(),
                ({ publicKey }) => setImportKey(publicKey),
              )
            }
          >
            {t("renewal.importKey")}
          </Button>
        </div>
      )}
      <TextareaField
        label={t("renewal.wrapped")}
        hint={t("renewal.hint")}
        dir="ltr"
        rows={4}
        spellCheck={false}
        className="font-mono text-xs"
        value={wrapped}
        onChange={setWrapped}
      />
      <TextareaField label={t("reason")} value={reason} onChange={setReason} maxLength={2000} />
    </FormDialog>
  );
}
