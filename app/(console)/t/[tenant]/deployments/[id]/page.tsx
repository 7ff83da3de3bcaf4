import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { CaseScreen } from "#components/deployments/case-screen.tsx";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { currentSession } from "#server/features/identity/current-session.ts";
import { load } from "../../../../load.ts";

interface CasePageProps {
  params: Promise<{ tenant: string; id: string }>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("deployments"))("title") };
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** One deployment request as a case file. */
export default async function CasePage({ params }: CasePageProps) {
  const { tenant, id } = await params;
  if (!UUID.test(id)) notFound();
  const loaded = await load(tenant, (console) => console.deployments.byId({ deploymentId: id }));
  const scopes = (await currentSession())?.scopes;
  const title = (await getTranslations("deployments"))("title");
  return (
    <KeepLoaded
      title={title}
      problem={loaded.isLoaded ? null : loaded.problem}
      scope="runtime.deployments.read"
    >
      {loaded.isLoaded ? (
        <CaseScreen
          tenantId={tenant}
          detail={loaded.data}
          mayRequest={scopes?.has("runtime.deployments.request") ?? false}
        />
      ) : null}
    </KeepLoaded>
  );
}
