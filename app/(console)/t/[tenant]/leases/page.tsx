import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { LEASE_PARAMS, leasesQueryOf } from "#components/leases/lease-url.ts";
import { LeasesScreen } from "#components/leases/leases-screen.tsx";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { currentSession } from "#server/features/identity/current-session.ts";
import { load } from "../../../load.ts";
import { paramsOf } from "../../../params-of.ts";

interface LeasesPageProps {
  params: Promise<{ tenant: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("leases"))("title") };
}

/** The tenant's logins that live by a lease, narrowed as the URL says. */
export default async function LeasesPage({ params, searchParams }: LeasesPageProps) {
  const { tenant } = await params;
  const asked = paramsOf(await searchParams, LEASE_PARAMS);
  const loaded = await load(tenant, (console) => console.leases.list(leasesQueryOf(asked)));
  const scopes = (await currentSession())?.scopes;
  const title = (await getTranslations("leases"))("title");
  const problem = loaded.isLoaded ? null : loaded.problem;
  return (
    <KeepLoaded title={title} problem={problem} scope="runtime.secrets.read">
      {loaded.isLoaded ? (
        <LeasesScreen
          tenantId={tenant}
          params={asked}
          page={loaded.data}
          mayManage={scopes?.has("runtime.leases.manage") ?? false}
        />
      ) : null}
    </KeepLoaded>
  );
}
