"use client";
import { useTranslations } from "next-intl";
import { ClockTime } from "#components/time/clock-time.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { Section } from "#components/ui/section.tsx";
import { Status } from "#components/ui/status.tsx";
import type { GrantView } from "#server/features/elevation/elevation-views.ts";
import { projectionWords } from "./projection-words.ts";
import { StandingMark } from "./standing-mark.tsx";
import { useScopeWords } from "./use-scope-words.ts";

const TONES = { wanted: "due", projected: "info", revoking: "danger", gone: "ok" } as const;

/** What a grant is, and where else it holds. */
export function GrantFacts({ grant }: { grant: GrantView }) {
  const t = useTranslations("access.grant");
  const places = useTranslations("access.projection");
  const words = useScopeWords();
  const method = grant.proofMethod === "oidc" || grant.proofMethod === "webauthn";
  const facts = [
    { name: t("kind"), value: <StandingMark standing={grant.standing} /> },
    { name: t("scopes"), value: grant.scopes.map(words).join(" · ") },
    { name: t("starts"), value: <ClockTime at={grant.startsAt} /> },
    { name: t("ends"), value: <ClockTime at={grant.endsAt} /> },
    { name: t("reason"), value: grant.reason },
    {
      name: t("opened"),
      value: t(`proof.${method ? (grant.proofMethod as "oidc" | "webauthn") : "none"}`),
    },
    ...(grant.revokedBy
      ? [{ name: t("revokedBy"), value: `${grant.revokedBy}: ${grant.revokeReason}` }]
      : []),
  ];
  return (
    <>
      <KeyValueList facts={facts} />
      {grant.projections.length > 0 ? (
        <Section title={places("title")}>
          <ul className="flex flex-col gap-2 text-sm">
            {grant.projections.map(({ projectionId, kind, target, state, trouble }) => (
              <li key={projectionId} className="flex flex-col items-start gap-1">
                <bdi dir="ltr" className="break-words">
                  {projectionWords(places, kind, target)}
                </bdi>
                <Status tone={TONES[state]}>{places(`state.${state}`)}</Status>
                {trouble && state !== "gone" ? (
                  <p className="break-words text-muted text-xs">{places("trouble", { trouble })}</p>
                ) : null}
              </li>
            ))}
          </ul>
        </Section>
      ) : null}
    </>
  );
}
