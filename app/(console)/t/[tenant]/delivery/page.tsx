import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { DeliveryScreen } from "#components/delivery/delivery-screen.tsx";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { currentSession } from "#server/features/identity/current-session.ts";
import { load } from "../../../load.ts";

interface DeliveryPageProps {
  params: Promise<{ tenant: string }>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("delivery"))("title") };
}

/** Where the tenant's audit log is sent, and how far each sink has come. */
export default async function DeliveryPage({ params }: DeliveryPageProps) {
  const { tenant } = await params;
  const loaded = await load(tenant, (console) => console.delivery.sinks());
  const scopes = (await currentSession())?.scopes;
  const title = (await getTranslations("delivery"))("title");
  const problem = loaded.isLoaded ? null : loaded.problem;
  return (
    <KeepLoaded title={title} problem={problem} scope="runtime.delivery.read">
      {loaded.isLoaded ? (
        <DeliveryScreen
          tenantId={tenant}
          page={loaded.data}
          mayManage={scopes?.has("runtime.delivery.manage") ?? false}
        />
      ) : null}
    </KeepLoaded>
  );
}
