import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AdmissionScreen } from "#components/admission/admission-screen.tsx";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { currentSession } from "#server/features/identity/current-session.ts";
import { load } from "../../../../load.ts";

interface AdmissionPageProps {
  params: Promise<{ tenant: string }>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("admission"))("title") };
}

/** Which clusters ask the console what may run, and whose their namespaces are. */
export default async function AdmissionPage({ params }: AdmissionPageProps) {
  const { tenant } = await params;
  const loaded = await load(tenant, (console) => console.admission.overview());
  const scopes = (await currentSession())?.scopes;
  const title = (await getTranslations("admission"))("title");
  return (
    <KeepLoaded
      title={title}
      problem={loaded.isLoaded ? null : loaded.problem}
      scope="runtime.deployments.read"
    >
      {loaded.isLoaded ? (
        <AdmissionScreen
          tenantId={tenant}
          overview={loaded.data}
          mayManage={scopes?.has("runtime.admission.manage") ?? false}
        />
      ) : null}
    </KeepLoaded>
  );
}
