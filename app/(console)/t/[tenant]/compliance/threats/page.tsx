import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ThreatsScreen } from "#components/compliance/threats-screen.tsx";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { load } from "../../../../load.ts";

interface ThreatsPageProps {
  params: Promise<{ tenant: string }>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("compliance"))("threatsTitle") };
}

/** The platform's threats with their mitigations, and whether these hold now. */
export default async function ThreatsPage({ params }: ThreatsPageProps) {
  const { tenant } = await params;
  const loaded = await load(tenant, (console) => console.compliance.threats());
  const title = (await getTranslations("compliance"))("threatsTitle");
  return (
    <KeepLoaded
      title={title}
      problem={loaded.isLoaded ? null : loaded.problem}
      scope="runtime.compliance.read"
    >
      {loaded.isLoaded ? <ThreatsScreen tenantId={tenant} model={loaded.data} /> : null}
    </KeepLoaded>
  );
}
