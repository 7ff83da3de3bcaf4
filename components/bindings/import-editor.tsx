"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { DocumentEditor } from "#components/documents/document-editor.tsx";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { ImportPreview } from "./import-preview.tsx";
import { newBinding } from "./new-binding.ts";

/** Binds from SecretBinding documents: what a text would make is looked at before it is done. */
export function ImportEditor({ tenantId, mayBind }: { tenantId: string; mayBind: boolean }) {
  const t = useTranslations("bindings.documents");
  const router = useRouter();
  const { bindings } = consoleClient(tenantId);
  return (
    <DocumentEditor
      words={{
        title: t("title"),
        yaml: t("yaml"),
        yamlHint: t("yamlHint"),
        reason: t("reason"),
        reasonHint: t("reasonHint"),
        reasonShort: t("reasonShort"),
        preview: t("preview"),
        previewFirst: t("previewFirst"),
        problemsFirst: t("problemsFirst"),
        save: t("save"),
      }}
      text={newBinding(tenantId)}
      mayNot={mayBind ? null : t("mayNot")}
      look={(yaml) => bindings.preview.query({ yaml })}
      show={(preview) => <ImportPreview preview={preview} />}
      save={async (yaml, reason) => {
        const imported = await bindings.import.mutate({ yaml, reason });
        const changed = imported.bindings.filter(({ outcome }) => outcome !== "unchanged").length;
        showToast({ tone: "ok", title: t("saved", { count: changed }) });
        router.refresh();
        return { keepsLook: false };
      }}
    />
  );
}
