"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";
import { WindowFields } from "./window-fields.tsx";
import type { ChangeWindow, EnvironmentWindows } from "./windows-view.ts";

interface WindowsDialogProps {
  tenantId: string;
  environment: EnvironmentWindows;
  onClose: () => void;
  onSaved: () => void;
}

const REASON_LETTERS = 10;
const MOST = 10;

/** All windows of an environment at once; saved with a reason. */
export function WindowsDialog({ tenantId, environment, onClose, onSaved }: WindowsDialogProps) {
  const t = useTranslations("windows");
  const [rows, setRows] = useState<{ key: number; window: ChangeWindow }[]>(
    environment.windows.map((window, key) => ({ key, window })),
  );
  const [reason, setReason] = useState("");
  const [isTried, setTried] = useState(false);
  const isShort = reason.trim().length < REASON_LETTERS;
  const lacksDay = rows.some(({ window }) => window.days.length === 0);
  const name = environment.environment;
  const { isBusy, failure, run } = useAct();

  function add() {
    const zone = rows.at(-1)?.window.timeZone;
    const timeZone = zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
    const window = { days: [7], start: "22:00", end: "04:00", timeZone };
    setRows([...rows, { key: Math.max(-1, ...rows.map((row) => row.key)) + 1, window }]);
  }

  function submit() {
    setTried(true);
    if (isShort || lacksDay) return;
    const windows = rows.map(({ window }) => window);
    run(
      () =>
        consoleClient(tenantId).changeWindows.set.mutate({
          environment: name,
          windows,
          reason: reason.trim(),
        }),
      () => {
        showToast({ tone: "ok", title: t("saved", { environment: name }) });
        onSaved();
      },
    );
  }

  return (
    <FormDialog
      title={t("dialog", { environment: name })}
      confirm={t("save")}
      isBusy={isBusy}
      failure={failure}
      onSubmit={submit}
      onClose={onClose}
    >
      {rows.length === 0 ? <p className="text-muted text-sm">{t("always")}</p> : null}
      {rows.map(({ key, window }, at) => (
        <WindowFields
          key={key}
          number={at + 1}
          window={window}
          isTried={isTried}
          onChange={(changed) =>
            setRows(rows.map((row) => (row.key === key ? { key, window: changed } : row)))
          }
          onRemove={() => setRows(rows.filter((row) => row.key !== key))}
        />
      ))}
      {rows.length < MOST ? (
        <div>
          <Button size="sm" onClick={add}>
            {t("add")}
          </Button>
        </div>
      ) : null}
      <TextareaField
        label={t("reason")}
        hint={t("reasonHint")}
        error={isTried && isShort ? t("reasonShort") : null}
        required
        maxLength={1000}
        value={reason}
        onChange={setReason}
      />
    </FormDialog>
  );
}
