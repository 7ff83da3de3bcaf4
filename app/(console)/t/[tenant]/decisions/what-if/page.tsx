import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { WhatIfScreen } from "#components/what-if/what-if-screen.tsx";
import { load } from "../../../../load.ts";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("whatIf"))("title") };
}

/** The rules in force, to be changed and tried on past decisions. */
export default async function WhatIfPage({ params }: { params: Promise<{ tenant: string }> }) {
  const { tenant } = await params;
  const loaded = await load(tenant, (console) => console.policy.rules());
  const title = (await getTranslations("whatIf"))("title");
  return (
    <KeepLoaded
      title={title}
      problem={loaded.isLoaded ? null : loaded.problem}
      scope="runtime.policies.read"
    >
      {loaded.isLoaded ? <WhatIfScreen tenantId={tenant} rules={loaded.data} /> : null}
    </KeepLoaded>
  );
}
