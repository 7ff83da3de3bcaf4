import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AccessScreen } from "#components/access/access-screen.tsx";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { currentSession } from "#server/features/identity/current-session.ts";
import { load } from "../../../load.ts";

interface AccessPageProps {
  params: Promise<{ tenant: string }>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("access"))("title") };
}

/** Who holds elevated rights, who asks for them, and what may be asked for. */
export default async function AccessPage({ params }: AccessPageProps) {
  const { tenant } = await params;
  const loaded = await load(tenant, async (console) => ({
    overview: await console.elevation.overview(),
    offers: await console.elevation.offers(),
  }));
  const scopes = (await currentSession())?.scopes;
  const title = (await getTranslations("access"))("title");
  const problem = loaded.isLoaded ? null : loaded.problem;
  return (
    <KeepLoaded title={title} problem={problem} scope="runtime.elevation.read">
      {loaded.isLoaded ? (
        <AccessScreen
          tenantId={tenant}
          overview={loaded.data.overview}
          offers={loaded.data.offers.items}
          may={{
            ask: scopes?.has("runtime.elevation.request") ?? false,
            revoke: scopes?.has("runtime.elevation.revoke") ?? false,
            manage: scopes?.has("runtime.elevation.manage") ?? false,
          }}
        />
      ) : null}
    </KeepLoaded>
  );
}
