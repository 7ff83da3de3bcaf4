import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { IgnoredScreen } from "#components/drift/ignored-screen.tsx";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { currentSession } from "#server/features/identity/current-session.ts";
import { load } from "../../../../load.ts";

interface IgnoredPageProps {
  params: Promise<{ tenant: string }>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("drift.ignored"))("title") };
}

/** What is being ignored now: by which rule, whose, why, until when, and what it hides. */
export default async function IgnoredPage({ params }: IgnoredPageProps) {
  const { tenant } = await params;
  const loaded = await load(tenant, (console) => console.drift.ignoreRules());
  const scopes = (await currentSession())?.scopes;
  const title = (await getTranslations("drift.ignored"))("title");
  return (
    <KeepLoaded
      title={title}
      problem={loaded.isLoaded ? null : loaded.problem}
      scope="runtime.drift.read"
    >
      {loaded.isLoaded ? (
        <IgnoredScreen
          tenantId={tenant}
          mayIgnore={scopes?.has("runtime.drift.ignore") ?? false}
          loaded={loaded.data}
        />
      ) : null}
    </KeepLoaded>
  );
}
