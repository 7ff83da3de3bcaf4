"use client";
import { useMutation } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import type { PromotionCaseProps } from "./promotion-case.tsx";
import type { PromotionAct } from "./promotion-text-dialog.tsx";

/** What can be done with a promotion where it stands; what can't says why. */
export function PromotionActions(
  props: PromotionCaseProps & { onAct: (act: PromotionAct) => void },
) {
  const { tenantId, promotion, mayPromote, hasHook, onAct, onDone } = props;
  const t = useTranslations("regions.promotion");
  const problemText = useProblemText();
  const { promotionId, state, subjectDigest } = promotion;
  const client = () => consoleClient(tenantId).regions;
  const submit = useMutation({
    mutationFn: () => client().submitPromotion.mutate({ promotionId }),
    onSuccess: onDone,
  });
  const isOpen = ["requested", "awaiting_approval", "approved"].includes(state);
  const lacks = promotion.checks.filter(({ evidence }) => evidence === null).length;
  const scope = mayPromote ? null : t("noScope");
  const goReason = scope ?? (promotion.isStale ? t("stale") : hasHook ? null : t("noHook"));
  return (
    <div className="flex flex-wrap items-center gap-2">
      {state === "requested" ? (
        <Button
          look="primary"
          size="sm"
          isBusy={submit.isPending}
          disabledReason={scope ?? (lacks > 0 ? t("lacks", { count: lacks }) : null)}
          onClick={() => submit.mutate()}
        >
          {t("submit")}
        </Button>
      ) : null}
      {state === "awaiting_approval" && promotion.approvalId ? (
        <Link
          href={`/t/${tenantId}?approval=${promotion.approvalId}`}
          className="text-accent text-sm hover:underline"
        >
          {t("toApproval")}
        </Link>
      ) : null}
      {state === "approved" ? (
        <Button
          look="danger"
          size="sm"
          disabledReason={goReason}
          onClick={() =>
            onAct({ name: "execute", subjectDigest: subjectDigest ?? "", target: promotion.target })
          }
        >
          {t("execute")}
        </Button>
      ) : null}
      {state === "indeterminate" ? (
        <Button
          size="sm"
          disabledReason={scope}
          onClick={() => onAct({ name: "conclude", outcome: "succeeded" })}
        >
          {t("concludeSucceeded")}
        </Button>
      ) : null}
      {state === "indeterminate" || state === "executing" ? (
        <Button
          size="sm"
          disabledReason={scope}
          onClick={() => onAct({ name: "conclude", outcome: "failed" })}
        >
          {t("concludeFailed")}
        </Button>
      ) : null}
      {isOpen ? (
        <Button
          size="sm"
          look="quiet"
          disabledReason={scope}
          onClick={() => onAct({ name: "withdraw" })}
        >
          {t("withdraw")}
        </Button>
      ) : null}
      {submit.error ? (
        <p role="alert" className="w-full text-danger text-sm">
          {problemText(problemOf(submit.error))}
        </p>
      ) : null}
    </div>
  );
}
