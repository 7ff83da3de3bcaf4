import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { HealthScreen } from "#components/health/health-screen.tsx";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { load } from "../../../load.ts";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("health"))("title") };
}

/** What a platform operator sees: of every tenant in the Sovereign's context, of one in its own. */
export default async function HealthPage({ params }: { params: Promise<{ tenant: string }> }) {
  const { tenant } = await params;
  const loaded = await load(tenant, async (console) => ({
    health: await console.platform.health(),
    stores: (await console.regions.storeHealth()).stores,
  }));
  const title = (await getTranslations("health"))("title");
  return (
    <KeepLoaded
      title={title}
      problem={loaded.isLoaded ? null : loaded.problem}
      scope="runtime.health.read"
    >
      {loaded.isLoaded ? <HealthScreen {...loaded.data} /> : null}
    </KeepLoaded>
  );
}
