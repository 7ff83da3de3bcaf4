import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { EnvironmentsScreen } from "#components/deployments/environments-screen.tsx";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { ENVIRONMENTS } from "#server/engines/deployments/environment-policy.ts";
import { currentSession } from "#server/features/identity/current-session.ts";
import { load } from "../../../../load.ts";
import { paramsOf } from "../../../../params-of.ts";

interface EnvironmentsPageProps {
  params: Promise<{ tenant: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("environments"))("title") };
}

/** What each environment demands; the one that the URL names with its editor and its versions. */
export default async function EnvironmentsPage({ params, searchParams }: EnvironmentsPageProps) {
  const { tenant } = await params;
  const asked = paramsOf(await searchParams, ["environment"]);
  const opened = ENVIRONMENTS.find((name) => name === asked.environment) ?? null;
  const loaded = await load(tenant, async (console) => ({
    list: await console.deployments.environments(),
    versions: opened
      ? (await console.deployments.environmentVersions({ environment: opened })).items
      : [],
  }));
  const scopes = (await currentSession())?.scopes;
  const title = (await getTranslations("environments"))("title");
  return (
    <KeepLoaded
      title={title}
      problem={loaded.isLoaded ? null : loaded.problem}
      scope="runtime.deployments.read"
    >
      {loaded.isLoaded ? (
        <EnvironmentsScreen
          tenantId={tenant}
          opened={opened}
          mayManage={scopes?.has("runtime.environments.manage") ?? false}
          {...loaded.data}
        />
      ) : null}
    </KeepLoaded>
  );
}
