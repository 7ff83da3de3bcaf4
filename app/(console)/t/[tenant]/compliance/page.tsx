import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ComplianceScreen } from "#components/compliance/compliance-screen.tsx";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { load } from "../../../load.ts";

interface CompliancePageProps {
  params: Promise<{ tenant: string }>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("compliance"))("title") };
}

/** The controls of each framework by live checks; framework, filter and control are in the URL. */
export default async function CompliancePage({ params }: CompliancePageProps) {
  const { tenant } = await params;
  const loaded = await load(tenant, (console) => console.compliance.overview());
  const title = (await getTranslations("compliance"))("title");
  return (
    <KeepLoaded
      title={title}
      problem={loaded.isLoaded ? null : loaded.problem}
      scope="runtime.compliance.read"
    >
      {loaded.isLoaded ? <ComplianceScreen tenantId={tenant} overview={loaded.data} /> : null}
    </KeepLoaded>
  );
}
