import { useTranslations } from "next-intl";
import { Button } from "#components/ui/button.tsx";
import { Input } from "#components/ui/input.tsx";
import { Section } from "#components/ui/section.tsx";
import type { SignInChoices } from "#server/features/identity/index.ts";

interface RealmFormProps {
  choices: SignInChoices;
  callbackUrl: string;
}

const HINT = "sign-in-organization-hint";

/** A plain form: signing in works before, and without, any script. */
export function RealmForm({ choices, callbackUrl }: RealmFormProps) {
  const { organizations, sovereign } = choices;
  const t = useTranslations("signIn");
  return (
    <div className="flex flex-col gap-6">
      <form method="post" action="/api/auth/signin">
        <input type="hidden" name="callbackUrl" value={callbackUrl} />
        {organizations ? (
          <Section title={t("organizations")}>
            <ul className="flex flex-col gap-2">
              {organizations.map((each) => (
                <li key={each.realm}>
                  <RealmButton {...each} />
                </li>
              ))}
            </ul>
          </Section>
        ) : (
          <div className="flex flex-col gap-1">
            <label htmlFor="organization" className="font-medium text-sm">
              {t("organization")}
            </label>
            <Input
              id="organization"
              name="realm"
              required
              maxLength={63}
              autoComplete="organization"
              autoCapitalize="none"
              spellCheck={false}
              dir="ltr"
              aria-describedby={HINT}
            />
            <p id={HINT} className="text-muted text-xs">
              {t("organizationHint")}
            </p>
            <Button type="submit" look="primary" className="mt-2 justify-center">
              {t("continue")}
            </Button>
          </div>
        )}
      </form>
      {sovereign ? (
        <form method="post" action="/api/auth/signin">
          <input type="hidden" name="callbackUrl" value={callbackUrl} />
          <Section title={t("sovereign")}>
            <p className="text-muted text-sm">{t("sovereignHint")}</p>
            <RealmButton {...sovereign} />
          </Section>
        </form>
      ) : null}
    </div>
  );
}

function RealmButton({ realm, displayName }: { realm: string; displayName: string }) {
  return (
    <Button type="submit" name="realm" value={realm} className="w-full justify-between">
      <bdi className="font-sans">{displayName}</bdi>
      <bdi dir="ltr" className="font-mono text-muted text-xs">
        {realm}
      </bdi>
    </Button>
  );
}
