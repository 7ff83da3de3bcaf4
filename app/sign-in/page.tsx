import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { Brand } from "#components/shell/brand.tsx";
import { currentSession } from "#server/features/identity/current-session.ts";
import { signInChoices } from "#server/features/identity/index.ts";
import { DEMO_PASSWORD } from "#server/features/identity/realms/demo-sovereigns.ts";
import { env } from "#server/platform/env/env.ts";
import { RealmForm } from "./realm-form.tsx";
import { SignInErrorNotice } from "./sign-in-error.tsx";

export const dynamic = "force-dynamic";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("signIn"))("title") };
}

interface SignInPageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

/** Which identity provider vouches for you: your organization's realm, or the Sovereign's. */
export default async function SignInPage({ searchParams }: SignInPageProps) {
  const query = await searchParams;
  const callbackUrl = pathOf(query.callbackUrl);
  const error = typeof query.error === "string" ? query.error : null;
  if (!error && (await isSignedIn())) redirect(callbackUrl);
  const t = await getTranslations("signIn");
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-md flex-col justify-center gap-6 p-6">
      <Brand sovereign={env().SOVEREIGN} />
      <div className="flex flex-col gap-1">
        <h1 className="font-semibold text-lg">{t("title")}</h1>
        <p className="text-muted">{t("lead")}</p>
      </div>
      {error ? <SignInErrorNotice error={error} /> : null}
      <RealmForm choices={signInChoices()} callbackUrl={callbackUrl} />
      {env().CONSOLE_MODE === "demo" ? (
        <p className="border-line border-t pt-4 text-muted text-sm">
          {t.rich("demo", {
            password: () => <Literal text={DEMO_PASSWORD} />,
            account: () => <Literal text="security-officer" />,
          })}
        </p>
      ) : null}
    </main>
  );
}

function Literal({ text }: { text: string }) {
  return (
    <bdi dir="ltr" className="whitespace-nowrap font-mono text-text">
      {text}
    </bdi>
  );
}

/** When nobody can say, the page still shows: signing in anew is the way out. */
async function isSignedIn(): Promise<boolean> {
  try {
    return (await currentSession()) !== null;
  } catch {
    return false;
  }
}

/** Only a path of ours; the sign-in itself checks again. */
function pathOf(wanted: string | string[] | undefined): string {
  return typeof wanted === "string" && /^\/(?![/\\])/.test(wanted) ? wanted : "/";
}
