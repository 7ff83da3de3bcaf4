"use client";
import { useTranslations } from "next-intl";
import { ClockTime } from "#components/time/clock-time.tsx";
import { Section } from "#components/ui/section.tsx";
import { Status } from "#components/ui/status.tsx";
import type { StoreLoginView } from "#server/features/platform/schema.ts";
import type trouble from "../../messages/en/trouble.json";

type Known = keyof typeof trouble.what;

/** How each worker is logged in to the secret stores, and what is wrong where it is not. */
export function LoginList({ logins }: { logins: readonly StoreLoginView[] }) {
  const t = useTranslations("health.logins");
  const tell = useTranslations("trouble");
  if (logins.length === 0) return null;
  const wordOf = ({ errorCode, method }: StoreLoginView) => {
    if (!errorCode) return t("loggedIn", { method });
    const known = `what.${errorCode as Known}` as const;
    return tell.has(known) ? tell(known) : errorCode;
  };
  return (
    <Section title={t("title")} look="card">
      <ul>
        {logins.map((login) => (
          <li
            key={`${login.address} ${login.worker}`}
            className="flex flex-wrap items-baseline gap-x-4 gap-y-1 border-line border-b px-4 py-3 text-sm last:border-b-0"
          >
            <Status tone={login.errorCode ? "danger" : "ok"} look="plain">
              {wordOf(login)}
            </Status>
            <bdi dir="ltr" className="break-all">
              {login.address}
            </bdi>
            <span className="text-muted">
              {t("as", { role: login.role || "—" })} · <bdi dir="ltr">{login.worker}</bdi>
            </span>
            <span className="text-muted">
              {t(login.expiresAt ? "until" : "since")}{" "}
              <ClockTime at={login.expiresAt ?? login.since} />
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
