import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AuditScreen } from "#components/audit/audit-screen.tsx";
import { AUDIT_PARAMS, auditSearchOf } from "#components/audit/audit-url.ts";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { load } from "../../../load.ts";
import { paramsOf } from "../../../params-of.ts";

interface AuditPageProps {
  params: Promise<{ tenant: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("audit"))("title") };
}

/** The tenant's audit log, narrowed as the URL says. */
export default async function AuditPage({ params, searchParams }: AuditPageProps) {
  const { tenant } = await params;
  const narrowed = paramsOf(await searchParams, AUDIT_PARAMS);
  const loaded = await load(tenant, async (console) => ({
    page: await console.audit.search(auditSearchOf(narrowed)),
    types: await console.audit.types(),
    head: await console.audit.head(),
  }));
  const title = (await getTranslations("audit"))("title");
  const problem = loaded.isLoaded ? null : loaded.problem;
  return (
    <KeepLoaded title={title} problem={problem} scope="runtime.audit.read">
      {loaded.isLoaded ? (
        <AuditScreen tenantId={tenant} params={narrowed} {...loaded.data} />
      ) : null}
    </KeepLoaded>
  );
}
