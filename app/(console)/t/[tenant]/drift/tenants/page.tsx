import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { DriftTenantsScreen } from "#components/drift/drift-tenants-screen.tsx";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { load } from "../../../../load.ts";

interface DriftTenantsPageProps {
  params: Promise<{ tenant: string }>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("drift.tenants"))("title") };
}

/** The drift of every tenant that the reader may see, the Sovereign's own first. */
export default async function DriftTenantsPage({ params }: DriftTenantsPageProps) {
  const { tenant } = await params;
  const loaded = await load(tenant, (console) => console.drift.overview());
  const title = (await getTranslations("drift.tenants"))("title");
  return (
    <KeepLoaded
      title={title}
      problem={loaded.isLoaded ? null : loaded.problem}
      scope="runtime.drift.read"
    >
      {loaded.isLoaded ? <DriftTenantsScreen tenantId={tenant} overview={loaded.data} /> : null}
    </KeepLoaded>
  );
}
