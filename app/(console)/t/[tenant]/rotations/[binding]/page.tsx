import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { CredentialScreen } from "#components/rotations/credential-screen.tsx";
import { currentSession } from "#server/features/identity/current-session.ts";
import { load } from "../../../../load.ts";

interface CredentialPageProps {
  params: Promise<{ tenant: string; binding: string }>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("rotations"))("detail.kind") };
}

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** One credential: what is happening to it, its rule and why, its versions and who uses it. */
export default async function CredentialPage({ params }: CredentialPageProps) {
  const { tenant, binding } = await params;
  if (!ID.test(binding)) notFound();
  const loaded = await load(tenant, async (console) => ({
    detail: await console.rotation.detail({ bindingId: binding }),
    versions: (await console.rotation.versions({ bindingId: binding })).versions,
  }));
  const scopes = (await currentSession())?.scopes;
  const title = (await getTranslations("rotations"))("detail.kind");
  const problem = loaded.isLoaded ? null : loaded.problem;
  return (
    <KeepLoaded title={title} problem={problem} scope="runtime.secrets.read">
      {loaded.isLoaded ? (
        <CredentialScreen
          tenantId={tenant}
          mayRotate={scopes?.has("runtime.secrets.rotate") ?? false}
          {...loaded.data}
        />
      ) : null}
    </KeepLoaded>
  );
}
