import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { EvidenceScreen } from "#components/evidence/evidence-screen.tsx";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { currentSession } from "#server/features/identity/current-session.ts";
import { load } from "../../../load.ts";

interface EvidencePageProps {
  params: Promise<{ tenant: string }>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("packs"))("title") };
}

/** The tenant's evidence packs and exports. */
export default async function EvidencePage({ params }: EvidencePageProps) {
  const { tenant } = await params;
  const loaded = await load(tenant, async (console) => ({
    page: await console.evidence.packs({}),
    exports: await console.evidence.exports(),
  }));
  const scopes = (await currentSession())?.scopes;
  const title = (await getTranslations("packs"))("title");
  const problem = loaded.isLoaded ? null : loaded.problem;
  return (
    <KeepLoaded title={title} problem={problem} scope="runtime.audit.read">
      {loaded.isLoaded ? (
        <EvidenceScreen
          tenantId={tenant}
          mayExport={scopes?.has("runtime.audit.export") ?? false}
          {...loaded.data}
        />
      ) : null}
    </KeepLoaded>
  );
}
