import { Building2 } from "lucide-react";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { StateMessage } from "#components/ui/state-message.tsx";
import { currentSession } from "#server/features/identity/current-session.ts";
import type { Scope } from "#server/platform/authz/scopes.ts";

/** Where somebody's day begins: an officer's at the credentials, an operator's at the platform. */
function firstPage(session: { roles: readonly string[]; scopes: ReadonlySet<Scope> }): string {
  if (session.roles.includes("security-officer")) return "/rotations";
  const seesContent = session.scopes.has("runtime.tenants.read");
  return !seesContent && session.scopes.has("runtime.health.read") ? "/health" : "";
}

/** Leads to the first tenant of whoever signed in. */
export default async function StartPage() {
  const session = await currentSession();
  if (!session) redirect("/sign-in");
  const tenant = session.tenants[0];
  if (tenant) redirect(`/t/${tenant}${firstPage(session)}`);
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
