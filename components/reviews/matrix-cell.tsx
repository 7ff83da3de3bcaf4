"use client";
import { useTranslations } from "next-intl";
import { Time } from "#components/time/time.tsx";
import { Status, type Tone } from "#components/ui/status.tsx";
import type { ItemView } from "#server/features/access-reviews/schema.ts";
import { useReviewWords } from "./use-review-words.ts";

interface MatrixCellProps {
  item: ItemView;
  isChosen: boolean;
  onToggle: ((ids: readonly string[], isOn: boolean) => void) | null;
}

/** One person's one role or grant: what was decided, why, by whom, and what became of it. */
export function MatrixCell({ item, isChosen, onToggle }: MatrixCellProps) {
  const t = useTranslations("reviews.matrix");
  const words = useReviewWords();
  const [tone, word] = useWord(item);
  const what = item.kind === "role" ? item.what : item.scopes.join(" ");
  return (
    <div className="flex items-start gap-2">
      {onToggle && !item.isOwn && !item.goneAt ? (
        <input
          type="checkbox"
          className="mt-0.5 size-4 shrink-0"
          aria-label={t("choose", { what, person: item.personName })}
          checked={isChosen}
          onChange={(event) => onToggle([item.itemId], event.target.checked)}
        />
      ) : null}
      <span className="flex min-w-0 flex-col">
        <Status tone={tone} look="plain">
          {word}
        </Status>
        {item.decision && item.reason ? <q className="break-words text-xs">{item.reason}</q> : null}
        {item.revocation === "revoking" || item.revocation === "to-do" ? (
          <span className="text-muted text-xs">
            {item.trouble ? `${words.trouble(item.trouble)} · ` : null}
            {item.revocationSince ? (
              <>
                {t("since")} <Time at={item.revocationSince} />
              </>
            ) : null}
          </span>
        ) : null}
        {item.endsAt && !item.goneAt ? (
          <span className="text-muted text-xs">
            {t("until")} <Time at={item.endsAt} />
          </span>
        ) : null}
        {item.decidedByName ? <bdi className="text-muted text-xs">{item.decidedByName}</bdi> : null}
      </span>
    </div>
  );
}

function useWord(item: ItemView): [Tone, string] {
  const t = useTranslations("reviews.matrix");
  if (item.revocation === "gone") return ["ok", t("gone")];
  if (item.revocation === "revoking") return ["due", t("revoking")];
  if (item.revocation === "to-do")
    return ["due", t("to-do", { owner: item.revocationOwner ?? "" })];
  if (item.goneAt) return ["unknown", t("goneItself")];
  if (item.decision === "keep") return ["ok", t("kept")];
  if (item.decision === "revoke") return ["danger", t("revoked")];
  return ["info", t("undecided")];
}
