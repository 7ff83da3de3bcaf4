import { Building2 } from "lucide-react";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { StateMessage } from "#components/ui/state-message.tsx";
import { currentSession } from "#server/features/identity/current-session.ts";

/** Leads to the first tenant of whoever signed in: a security officer to her dashboard, others to Home. */
export default async function StartPage() {
  const session = await currentSession();
  if (!session) redirect("/sign-in");
  const tenant = session.tenants[0];
  const page = session.roles.includes("security-officer") ? "/rotations" : "";
  if (tenant) redirect(`/t/${tenant}${page}`);
  const t = await getTranslations("errors.noTenant");
  return (
    <main className="mx-auto flex min-h-dvh max-w-2xl items-center">
      <StateMessage
        icon={Building2}
        title={t("title")}
        heading="h1"
        actions={
          <form method="post" action="/api/auth/sign-out">
            <button type="submit" className="font-medium text-accent underline">
              {t("signOut")}
            </button>
          </form>
        }
      >
        {t("body")}
      </StateMessage>
    </main>
  );
}
