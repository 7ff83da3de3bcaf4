"use client";
import { CircleHelp } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ExportMenu } from "#components/evidence/export-menu.tsx";
import { SavedViews } from "#components/saved-views/saved-views.tsx";
import { Button } from "#components/ui/button.tsx";
import { LanguageHelp } from "./language-help.tsx";

interface AuditToolsProps {
  tenantId: string;
  onSearch: (query: string) => void;
}

/** What goes with the whole page: exports, kept views, and how to write a query. */
export function AuditTools({ tenantId, onSearch }: AuditToolsProps) {
  const t = useTranslations("audit.search.help");
  const [isHelping, setHelping] = useState(false);
  return (
    <>
      <ExportMenu tenantId={tenantId} />
      <SavedViews tenantId={tenantId} page="audit" />
      <Button size="sm" onClick={() => setHelping(true)}>
        <CircleHelp aria-hidden className="size-4 text-muted" />
        {t("button")}
      </Button>
      {isHelping ? (
        <LanguageHelp
          onClose={() => setHelping(false)}
          onTry={(query) => {
            setHelping(false);
            onSearch(query);
          }}
        />
      ) : null}
    </>
  );
}
