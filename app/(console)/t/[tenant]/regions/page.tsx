import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { RegionsScreen } from "#components/regions/regions-screen.tsx";
import { currentSession } from "#server/features/identity/current-session.ts";
import { load } from "../../../load.ts";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("regions"))("title") };
}

/** Regions: clusters and promotions in the Sovereign's context, what was read of one's own anywhere else. */
export default async function RegionsPage({ params }: { params: Promise<{ tenant: string }> }) {
  const { tenant } = await params;
  const loaded = await load(tenant, async (console) => ({
    overview: await console.regions.overview(),
    promotions: await console.regions.promotions(),
  }));
  const scopes = (await currentSession())?.scopes;
  const title = (await getTranslations("regions"))("title");
  return (
    <KeepLoaded
      title={title}
      problem={loaded.isLoaded ? null : loaded.problem}
      scope="runtime.regions.read"
    >
      {loaded.isLoaded ? (
        <RegionsScreen
          tenantId={tenant}
          mayPromote={scopes?.has("runtime.regions.promote") ?? false}
          {...loaded.data}
        />
      ) : null}
    </KeepLoaded>
  );
}
