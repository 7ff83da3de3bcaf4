"use client";
import { useTranslations } from "next-intl";
import { Time } from "#components/time/time.tsx";
import { Button } from "#components/ui/button.tsx";
import type { GrantView } from "#server/features/elevation/elevation-views.ts";
import { Countdown } from "./countdown.tsx";
import { StandingMark } from "./standing-mark.tsx";
import { useScopeWords } from "./use-scope-words.ts";

interface GrantCardProps {
  grant: GrantView;
  asOf: Date;
  mayRevoke: boolean;
  onOpen: (grantId: string) => void;
  onEnd: (grant: GrantView) => void;
}

/** One grant: who, where, what, until when; and the way to end it. */
export function GrantCard({ grant, asOf, mayRevoke, onOpen, onEnd }: GrantCardProps) {
  const t = useTranslations("access");
  const words = useScopeWords();
  const environment = t(`environment.${grant.environment}`);
  const isOpen = grant.standing === "live" || grant.standing === "scheduled";
  const person = grant.isYours ? t("grant.you") : grant.person;
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3">
      <div className="flex min-w-0 flex-1 basis-64 flex-col gap-1">
        <button
          type="button"
          className="py-0.5 text-start font-medium text-sm underline-offset-4 hover:underline"
          onClick={() => onOpen(grant.grantId)}
        >
          {t("grant.title", { person, environment })}
        </button>
        <p className="break-words text-muted text-sm">{grant.scopes.map(words).join(" · ")}</p>
      </div>
      <div className="flex flex-wrap items-center gap-3 text-sm">
        {grant.kind === "break-glass" ? (
          <span className="font-medium text-danger">{t("grant.kinds.break-glass")}</span>
        ) : null}
        <StandingMark standing={grant.standing} />
        <span className="text-muted">
          {grant.standing === "live" ? (
            <>
              {t("grant.ends")} <Countdown at={grant.endsAt} asOf={asOf} over={t("grant.over")} />
            </>
          ) : grant.standing === "scheduled" ? (
            <>
              {t("grant.starts")} <Time at={grant.startsAt} />
            </>
          ) : (
            <>
              {t("grant.ended")} <Time at={grant.revokedAt ?? grant.endsAt} />
            </>
          )}
        </span>
        {isOpen ? (
          <Button
            size="sm"
            look={grant.isYours ? "plain" : "danger"}
            disabledReason={grant.isYours || mayRevoke ? null : t("grant.mayNotRevoke")}
            onClick={() => onEnd(grant)}
          >
            {t(grant.isYours ? "grant.giveBack" : "grant.revoke")}
          </Button>
        ) : null}
      </div>
    </li>
  );
}
