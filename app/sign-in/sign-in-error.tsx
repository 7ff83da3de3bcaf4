import { OctagonAlert } from "lucide-react";
import { useTranslations } from "next-intl";

const KNOWN = [
  "organization",
  "provider",
  "failed",
  "no_role",
  "no_tenant",
  "demo_account",
  "busy",
  "unavailable",
] as const;

/** Says why the last sign-in did not go through. The query decides which sentence, never its text. */
export function SignInErrorNotice({ error }: { error: string }) {
  const t = useTranslations("signIn.errors");
  const known = KNOWN.find((each) => each === error) ?? "failed";
  return (
    <p role="alert" className="flex gap-2 rounded-md border border-danger bg-sunken p-3">
      <OctagonAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-danger" />
      <span>{t(known)}</span>
    </p>
  );
}
