import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { IsolationScreen } from "#components/isolation/isolation-screen.tsx";
import { environmentOf, layerOf } from "#components/isolation/isolation-url.ts";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { currentSession } from "#server/features/identity/current-session.ts";
import { load } from "../../../load.ts";
import { paramsOf } from "../../../params-of.ts";

interface IsolationPageProps {
  params: Promise<{ tenant: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("isolation"))("title") };
}

/** The tenants' isolation in one environment; the cell that the URL names stands open. */
export default async function IsolationPage({ params, searchParams }: IsolationPageProps) {
  const { tenant } = await params;
  const asked = paramsOf(await searchParams, ["environment", "cell", "tab"]);
  const environment = environmentOf(asked.environment);
  const layer = layerOf(asked.cell ?? null);
  const loaded = await load(tenant, async (console) => ({
    matrix: await console.isolation.matrix({ environment }),
    reach: asked.tab === "reach" ? await console.isolation.reach({ environment }) : null,
    declared: await console.isolation.declared({ environment }),
    cell: layer ? await console.isolation.cell({ environment, layer }) : null,
  }));
  const scopes = (await currentSession())?.scopes;
  const title = (await getTranslations("isolation"))("title");
  return (
    <KeepLoaded
      title={title}
      problem={loaded.isLoaded ? null : loaded.problem}
      scope="runtime.isolation.read"
    >
      {loaded.isLoaded ? (
        <IsolationScreen
          tenantId={tenant}
          mayManage={scopes?.has("runtime.isolation.manage") ?? false}
          {...loaded.data}
        />
      ) : null}
    </KeepLoaded>
  );
}
