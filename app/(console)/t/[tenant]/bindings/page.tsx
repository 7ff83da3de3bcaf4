import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { BindingsScreen } from "#components/bindings/bindings-screen.tsx";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { currentSession } from "#server/features/identity/current-session.ts";
import { load } from "../../../load.ts";

interface BindingsPageProps {
  params: Promise<{ tenant: string }>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("bindings"))("title") };
}

/** How the tenant's secrets come to be known, and where rotations may log in. */
export default async function BindingsPage({ params }: BindingsPageProps) {
  const { tenant } = await params;
  const loaded = await load(tenant, async (console) => ({
    discovery: await console.discovery.state(),
    targets: await console.rotationTargets.list(),
    forms: await console.bindings.forms(),
  }));
  const scopes = (await currentSession())?.scopes;
  const title = (await getTranslations("bindings"))("title");
  const problem = loaded.isLoaded ? null : loaded.problem;
  return (
    <KeepLoaded title={title} problem={problem} scope="runtime.secrets.read">
      {loaded.isLoaded ? (
        <BindingsScreen
          tenantId={tenant}
          mayBind={scopes?.has("runtime.secrets.bind") ?? false}
          mayManageTargets={scopes?.has("runtime.targets.manage") ?? false}
          {...loaded.data}
        />
      ) : null}
    </KeepLoaded>
  );
}
