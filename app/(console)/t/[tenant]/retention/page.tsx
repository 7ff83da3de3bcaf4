import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { RetentionScreen } from "#components/retention/retention-screen.tsx";
import { load } from "../../../load.ts";

interface RetentionPageProps {
  params: Promise<{ tenant: string }>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("retention"))("title") };
}

/** How long the audit log keeps its content, legal holds, erasures, and its keys. */
export default async function RetentionPage({ params }: RetentionPageProps) {
  const { tenant } = await params;
  const loaded = await load(tenant, (console) => console.retention.overview());
  const title = (await getTranslations("retention"))("title");
  return (
    <KeepLoaded
      title={title}
      problem={loaded.isLoaded ? null : loaded.problem}
      scope="runtime.retention.read"
    >
      {loaded.isLoaded ? <RetentionScreen tenantId={tenant} overview={loaded.data} /> : null}
    </KeepLoaded>
  );
}
