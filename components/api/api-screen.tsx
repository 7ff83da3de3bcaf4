import { Download, FileQuestion } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { PageHeader } from "#components/ui/page-header.tsx";
import { StateMessage } from "#components/ui/state-message.tsx";
import { type ApiDocument, operationsOf } from "./api-document.ts";
import { ApiIndex } from "./api-index.tsx";
import { ApiOverview, ProblemTypes, ScopeList } from "./api-overview.tsx";
import { OperationDetail } from "./operation-detail.tsx";

interface ApiScreenProps {
  document: ApiDocument;
  tenantId: string;
  at: string;
}

/** The HTTP API as its own OpenAPI document describes it. */
export function ApiScreen({ document, tenantId, at }: ApiScreenProps) {
  const t = useTranslations("api");
  return (
    <>
      <PageHeader
        title={t("title")}
        actions={
          <a
            href="/api/v1/openapi.json"
            download
            className="inline-flex min-h-8 items-center gap-2 rounded-md border border-line-strong px-3 text-sm hover:bg-hover"
          >
            <Download aria-hidden className="size-4" />
            {t("download")}
          </a>
        }
      />
      <div className="grid items-start gap-6 lg:grid-cols-[18rem_minmax(0,1fr)]">
        <ApiIndex document={document} tenantId={tenantId} at={at} />
        <div className="flex min-w-0 flex-col gap-4">
          {at === "overview" ? null : (
            <Link href={`/t/${tenantId}/api`} className="text-accent text-sm underline lg:hidden">
              {t("toList")}
            </Link>
          )}
          <Shown document={document} at={at} />
        </div>
      </div>
    </>
  );
}

function Shown({ document, at }: Pick<ApiScreenProps, "document" | "at">) {
  const t = useTranslations("api");
  if (at === "overview") return <ApiOverview document={document} />;
  if (at === "problems") return <ProblemTypes document={document} />;
  if (at === "scopes") return <ScopeList document={document} />;
  const operation = operationsOf(document).find(({ operationId }) => operationId === at);
  if (operation) return <OperationDetail document={document} operation={operation} />;
  return (
    <StateMessage icon={FileQuestion} title={t("absent.title")}>
      {t("absent.text")}
    </StateMessage>
  );
}
