"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { DocumentEditor } from "#components/documents/document-editor.tsx";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { NEW_POLICY } from "./new-policy.ts";
import type { PolicyDetail } from "./policy-shapes.ts";
import { PreviewResult } from "./preview-result.tsx";

interface PolicyEditorProps {
  tenantId: string;
  /** The policy that is changed; null for a new one. */
  saved: PolicyDetail["policy"] | null;
  /** The version of each policy as it was when the page was read. */
  versions: Readonly<Record<string, number>>;
  mayManage: boolean;
  onSaved: (policyId: string) => void;
}

/** Writes policies as YAML: what a text would change is looked at before it can be saved. */
export function PolicyEditor({ tenantId, saved, versions, mayManage, onSaved }: PolicyEditorProps) {
  const t = useTranslations("policies");
  const [basedOn, setBasedOn] = useState(versions);
  const { secretPolicies } = consoleClient(tenantId);
  return (
    <DocumentEditor
      words={{
        title: saved ? t("edit", { name: saved.name }) : t("new"),
        yaml: t("yaml"),
        yamlHint: t("yamlHint"),
        reason: t("reason"),
        reasonHint: t("reasonHint"),
        reasonShort: t("reasonShort"),
        preview: t("preview.button"),
        previewFirst: t("previewFirst"),
        problemsFirst: t("problemsFirst"),
        save: t("save"),
        failed: t("failed"),
      }}
      text={saved?.source ?? NEW_POLICY}
      mayNot={mayManage ? null : t("mayNotManage")}
      look={(yaml) => secretPolicies.preview.query({ yaml })}
      show={(preview) => <PreviewResult preview={preview} />}
      save={async (yaml, reason) => {
        const { policies } = await secretPolicies.save.mutate({
          yaml,
          reason,
          basedOn: { ...basedOn },
        });
        const fresh = Object.fromEntries(policies.map(({ name, version }) => [name, version]));
        setBasedOn({ ...basedOn, ...fresh });
        showToast({ tone: "ok", title: t("saved", { count: policies.length }) });
        const [first] = policies;
        if (first) onSaved(first.policyId);
        return { keepsLook: true };
      }}
    />
  );
}
