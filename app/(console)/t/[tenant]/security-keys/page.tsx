import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { SecurityKeysScreen } from "#components/security-keys/security-keys-screen.tsx";
import { load } from "../../../load.ts";

interface SecurityKeysPageProps {
  params: Promise<{ tenant: string }>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("stepUp"))("keys.title") };
}

/** One's own passkeys and security keys in this tenant. */
export default async function SecurityKeysPage({ params }: SecurityKeysPageProps) {
  const { tenant } = await params;
  const loaded = await load(tenant, (console) => console.stepUp.keys());
  const title = (await getTranslations("stepUp"))("keys.title");
  const problem = loaded.isLoaded ? null : loaded.problem;
  return (
    <KeepLoaded title={title} problem={problem} scope="runtime.identity.step-up">
      {loaded.isLoaded ? <SecurityKeysScreen tenantId={tenant} keys={loaded.data} /> : null}
    </KeepLoaded>
  );
}
