"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { newToken } from "#components/admission/new-token.ts";
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
import type { Source } from "./source-list.tsx";

interface SourceFormProps {
  tenantId: string;
  /** Null: a new one. */
  source: Source | null;
  isSovereign: boolean;
  onClose: () => void;
}

/** What a machine may be registered as: the worker alone reads a stream. */
const KINDS = [
  "kubernetes-audit",
  "openbao-audit",
  "keycloak",
  "falco",
  "reports",
  "cloudevents",
] as const;

/** Registers a machine, gives it a token (whose hash alone leaves the browser), or takes it out of use. */
export function SourceForm({ tenantId, source, isSovereign, onClose }: SourceFormProps) {
  const t = useTranslations("received.source");
  const kinds = useTranslations("received.kind");
  const router = useRouter();
  const { isBusy, failure, run } = useAct();
  const [name, setName] = useState(source?.name ?? "");
  const [kind, setKind] = useState<(typeof KINDS)[number]>(
    KINDS.find((each) => each === source?.kind) ?? "kubernetes-audit",
  );
  const [description, setDescription] = useState(source?.description ?? "");
  const [cluster, setCluster] = useState(source?.cluster ?? "");
  const [made, setMade] = useState<{ token: string; hash: string } | null>(null);
  const [isRetired, setRetired] = useState(Boolean(source?.retiredAt));
  const [reason, setReason] = useState("");
  const [sourceId, setSourceId] = useState<string | null>(source?.sourceId ?? null);
  const [isSaved, setSaved] = useState(false);

  function save() {
    if (isSaved) return onClose();
    const input = {
      name: name.trim(),
      kind,
      description,
      cluster: cluster.trim() || null,
      tokenHash: made?.hash ?? null,
      isRetired,
      reason,
    };
    run(
      () => consoleClient(tenantId).ingest.saveSource.mutate(input),
      (saved) => {
        showToast({ tone: "ok", title: t("saved", { name }) });
        router.refresh();
        // A token is shown once: the form stays until its address was seen with it.
        if (!made) return onClose();
        setSourceId(saved.sourceId);
        setSaved(true);
      },
    );
  }

  return (
    <FormDialog
      title={source ? t("changeOf", { name: source.name }) : t("add")}
      confirm={isSaved ? t("close") : t("save")}
      isBusy={isBusy}
      failure={failure}
      onSubmit={save}
      onClose={onClose}
    >
      {source ? null : (
        <>
          <Field label={t("name")} hint={t("nameHint")}>
            {(control) => (
              <Input
                {...control}
                autoFocus
                dir="ltr"
                className="font-mono"
                maxLength={63}
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
          <Field label={t("kind")}>
            {(control) => (
              <Select
                {...control}
                value={kind}
                onChange={(event) =>
                  setKind(KINDS.find((each) => each === event.target.value) ?? kind)
                }
              >
                {KINDS.map((each) => (
                  <option key={each} value={each}>
                    {kinds(each)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </>
      )}
      <Field label={t("description")}>
        {(control) => (
          <Input
            {...control}
            maxLength={300}
            value={description}
            onChange={(event) => setDescription(event.target.value)}
          />
        )}
      </Field>
      {isSovereign ? (
        <Field label={t("cluster")} hint={t("clusterHint")}>
          {(control) => (
            <Input
              {...control}
              dir="ltr"
              className="font-mono"
              maxLength={63}
              value={cluster}
              onChange={(event) => setCluster(event.target.value)}
            />
          )}
        </Field>
      ) : null}
      {made ? (
        <div className="flex min-w-0 flex-col gap-2 rounded-md border border-line bg-sunken p-3 text-sm">
          <p className="font-medium">{t("once")}</p>
          <span className="font-mono text-xs">
            <Identifier value={made.token} />
          </span>
          {isSaved && sourceId ? (
            <>
              <p>{t("address")}</p>
              <span className="font-mono text-xs">
                <Identifier value={`${window.location.origin}/api/v1/events/${sourceId}`} />
              </span>
            </>
          ) : null}
        </div>
      ) : (
        <div className="flex flex-col gap-1">
          <Button className="self-start" onClick={async () => setMade(await newToken())}>
            {source && source.tokens.length > 0 ? t("anotherToken") : t("makeToken")}
          </Button>
          <p className="text-muted text-sm">{t("tokenHint")}</p>
        </div>
      )}
      {source ? (
        <label className="flex min-h-6 items-center gap-2 text-sm">
          <input
            type="checkbox"
            className="size-4"
            checked={isRetired}
            onChange={(event) => setRetired(event.target.checked)}
          />
          {t("retire")}
        </label>
      ) : null}
      <TextareaField
        label={t("reason")}
        hint={t("reasonHint")}
        required
        maxLength={1000}
        value={reason}
        onChange={setReason}
      />
    </FormDialog>
  );
}
