import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { environmentOf } from "#components/isolation/isolation-url.ts";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { QuotasScreen } from "#components/quotas/quotas-screen.tsx";
import { load } from "../../../load.ts";
import { paramsOf } from "../../../params-of.ts";

interface QuotasPageProps {
  params: Promise<{ tenant: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("quotas"))("title") };
}

/** Quotas and use of the session's tenants in one environment, and who crowds whom. */
export default async function QuotasPage({ params, searchParams }: QuotasPageProps) {
  const { tenant } = await params;
  const asked = paramsOf(await searchParams, ["environment"]);
  const environment = environmentOf(asked.environment);
  const loaded = await load(tenant, (console) => console.quotas.overview({ environment }));
  const title = (await getTranslations("quotas"))("title");
  return (
    <KeepLoaded
      title={title}
      problem={loaded.isLoaded ? null : loaded.problem}
      scope="runtime.isolation.read"
    >
      {loaded.isLoaded ? <QuotasScreen quotas={loaded.data} /> : null}
    </KeepLoaded>
  );
}
