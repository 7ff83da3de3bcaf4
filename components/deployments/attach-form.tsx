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
import { Select } from "#components/ui/select.tsx";
import type { AttachmentKind } from "#server/features/deployments/schema.ts";

const KINDS: readonly AttachmentKind[] = ["attestation", "vulnerabilities", "sbom"];

/** What fits into one call of a screen; the API takes more. */
const MOST_BYTES = 200 * 1024;

interface AttachFormProps {
  tenantId: string;
  deploymentId: string;
  mayAttach: boolean;
}

/** Attaches a file to a request. What it proves is found by the worker, within seconds. */
export function AttachForm({ tenantId, deploymentId, mayAttach }: AttachFormProps) {
  const t = useTranslations("evidence");
  const deployments = useTranslations("deployments");
  const problemText = useProblemText();
  const router = useRouter();
  const [kind, setKind] = useState<AttachmentKind>("attestation");
  const [file, setFile] = useState<File | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);

  async function send() {
    if (!file) {
      setFailure(t("attach.missing"));
      return;
    }
    if (file.size > MOST_BYTES) {
      setFailure(t("attach.tooLarge"));
      return;
    }
    setBusy(true);
    setFailure(null);
    try {
      const body = await file.text();
      await consoleClient(tenantId).deployments.attachEvidence.mutate({ deploymentId, kind, body });
      showToast({ tone: "ok", title: t("attach.done") });
      router.refresh();
    } catch (error) {
      setFailure(problemText(problemOf(error)));
    } finally {
      setBusy(false);
    }
  }

  return (
    <details>
      <summary className="cursor-pointer font-medium">{t("attach.title")}</summary>
      <div className="flex flex-col gap-2 pt-2">
        <Field label={t("attach.kind")}>
          {(control) => (
            <Select
              {...control}
              value={kind}
              onChange={(event) => setKind(event.target.value as AttachmentKind)}
            >
              {KINDS.map((each) => (
                <option key={each} value={each}>
                  {t(`kind.${each}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t("attach.file")} hint={t("attach.hint")} error={failure}>
          {(control) => (
            <input
              {...control}
              type="file"
              accept="application/json,.json,.sigstore"
              className="text-sm"
              onChange={(event) => setFile(event.target.files?.[0] ?? null)}
            />
          )}
        </Field>
        <p className="text-muted text-xs">{t("attach.stale")}</p>
        <Button
          className="self-start"
          isBusy={isBusy}
          disabledReason={mayAttach ? null : deployments("mayNotRequest")}
          onClick={send}
        >
          {t("attach.send")}
        </Button>
      </div>
    </details>
  );
}
