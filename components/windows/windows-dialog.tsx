"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { LiveQueries } from "#components/trpc/live-queries.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { Textarea } from "#components/ui/textarea.tsx";
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

function WindowsForm({ tenantId, environment, onClose, onSaved }: WindowsDialogProps) {
  const t = useTranslations("windows");
  const common = useTranslations("common");
  const problemText = useProblemText();
  const [rows, setRows] = useState<{ key: number; window: ChangeWindow }[]>(
    environment.windows.map((window, key) => ({ key, window })),
  );
  const [reason, setReason] = useState("");
  const [isTried, setTried] = useState(false);
  const isShort = reason.trim().length < REASON_LETTERS;
  const lacksDay = rows.some(({ window }) => window.days.length === 0);
  const name = environment.environment;
  const save = useMutation({
    mutationFn: () =>
      consoleClient(tenantId).changeWindows.set.mutate({
        environment: name,
        windows: rows.map(({ window }) => window),
        reason: reason.trim(),
      }),
    onSuccess: () => {
      showToast({ tone: "ok", title: t("saved", { environment: name }) });
      onSaved();
    },
  });

  function add() {
    const zone = rows.at(-1)?.window.timeZone;
    const timeZone = zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
    const window = { days: [7], start: "22:00", end: "04:00", timeZone };
    setRows([...rows, { key: Math.max(-1, ...rows.map((row) => row.key)) + 1, window }]);
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (!isShort && !lacksDay && !save.isPending) save.mutate();
  }

  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
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
      <Field
        label={t("reason")}
        hint={t("reasonHint")}
        error={isTried && isShort ? t("reasonShort") : null}
      >
        {(control) => (
          <Textarea
            {...control}
            required
            maxLength={1000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      {save.error ? (
        <p role="alert" className="text-danger text-sm">
          {problemText(problemOf(save.error))}
        </p>
      ) : null}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{common("cancel")}</Button>
        <Button type="submit" look="primary" isBusy={save.isPending}>
          {t("save")}
        </Button>
      </div>
    </form>
  );
}

/** All windows of an environment at once; saved with a reason. */
export function WindowsDialog(props: WindowsDialogProps) {
  const t = useTranslations("windows");
  const title = t("dialog", { environment: props.environment.environment });
  return (
    <Dialog isOpen onClose={props.onClose} title={title}>
      <LiveQueries>
        <WindowsForm {...props} />
      </LiveQueries>
    </Dialog>
  );
}
