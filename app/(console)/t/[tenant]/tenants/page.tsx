import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { TenantsScreen } from "#components/tenants/tenants-screen.tsx";
import { currentSession } from "#server/features/identity/current-session.ts";
import { load } from "../../../load.ts";
import { paramsOf } from "../../../params-of.ts";

interface TenantsPageProps {
  params: Promise<{ tenant: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("tenants"))("title") };
}

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** How tenants come and go; the act that the URL names stands open. */
export default async function TenantsPage({ params, searchParams }: TenantsPageProps) {
  const { tenant } = await params;
  const { lifecycle = "" } = paramsOf(await searchParams, ["lifecycle"]);
  const loaded = await load(tenant, async (console) => ({
    lives: await console.onboarding.tenants(),
    detail: UUID.test(lifecycle)
      ? await console.onboarding.lifecycle({ lifecycleId: lifecycle })
      : null,
  }));
  const scopes = (await currentSession())?.scopes;
  const title = (await getTranslations("tenants"))("title");
  return (
    <KeepLoaded
      title={title}
      problem={loaded.isLoaded ? null : loaded.problem}
      scope="runtime.tenants.read"
    >
      {loaded.isLoaded ? (
        <TenantsScreen
          tenantId={tenant}
          may={{
            onboard: scopes?.has("runtime.tenants.onboard") ?? false,
            offboard: scopes?.has("runtime.tenants.offboard") ?? false,
            export: scopes?.has("runtime.tenants.export") ?? false,
          }}
          {...loaded.data}
        />
      ) : null}
    </KeepLoaded>
  );
}
