"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { type Refusal, refusalOf } from "#components/problem/refusal.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import type { WebhookEndpointView } from "#server/features/alerts/schema.ts";
import { EventPicker } from "./event-picker.tsx";

interface EndpointDialogProps {
  tenantId: string;
  /** The one whose events change; null adds one. */
  endpoint: WebhookEndpointView | null;
  onClose: () => void;
  onDone: () => void;
}

/** Adds an endpoint, or changes which events one gets: its address never changes. */
export function EndpointDialog({ tenantId, endpoint, onClose, onDone }: EndpointDialogProps) {
  const t = useTranslations("alerts.webhooks");
  const common = useTranslations("common");
  const problemText = useProblemText();
  const [url, setUrl] = useState("");
  const [description, setDescription] = useState("");
  const [eventTypes, setEventTypes] = useState<string[]>(endpoint?.eventTypes ?? []);
  const [failure, setFailure] = useState<Refusal | null>(null);
  const client = consoleClient(tenantId).alerts;
  const save = useMutation({
    mutationFn: async () => {
      if (!endpoint) await client.addWebhookEndpoint.mutate({ url, description, eventTypes });
      else {
        const { endpointId } = endpoint;
        await client.setWebhookEndpointEvents.mutate({ endpointId, eventTypes });
      }
    },
    onSuccess: () => {
      showToast({ tone: "ok", title: t(endpoint ? "saved" : "added") });
      onDone();
    },
    onError: (error) => setFailure(refusalOf(error, problemText)),
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    setFailure(null);
    if (!save.isPending) save.mutate();
  }

  const errorOf = (field: string) => (failure?.field === field ? failure.text : null);
  const isElsewhere = failure && failure.field !== "url" && failure.field !== "description";
  return (
    <Dialog isOpen onClose={onClose} title={t(endpoint ? "editTitle" : "addTitle")}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
        {endpoint ? (
          <bdi dir="ltr" className="break-all font-mono text-sm">
            {endpoint.url}
          </bdi>
        ) : (
          <>
            <Field label={t("url")} hint={t("urlHint")} error={errorOf("url")}>
              {(control) => (
                <Input
                  {...control}
                  dir="ltr"
                  className="font-mono"
                  autoFocus
                  required
                  inputMode="url"
                  maxLength={2000}
                  value={url}
                  onChange={(event) => setUrl(event.target.value)}
                />
              )}
            </Field>
            <Field label={t("description")} error={errorOf("description")}>
              {(control) => (
                <Input
                  {...control}
                  maxLength={200}
                  value={description}
                  onChange={(event) => setDescription(event.target.value)}
                />
              )}
            </Field>
          </>
        )}
        <EventPicker chosen={eventTypes} onChange={setEventTypes} />
        {isElsewhere ? (
          <p role="alert" className="rounded-md bg-danger-tint px-3 py-2 text-danger text-sm">
            {failure.text}
          </p>
        ) : null}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button type="submit" look="primary" isBusy={save.isPending}>
            {t(endpoint ? "save" : "add")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
