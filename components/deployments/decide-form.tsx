"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import {
  type Decided,
  DecisionFields,
  decisionWords,
} from "#components/approvals/decision-fields.tsx";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { useStepUp } from "#components/step-up/use-step-up.tsx";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Identifier } from "#components/ui/identifier.tsx";
import type { DeploymentCard } from "#server/features/deployments/schema.ts";

interface DecideFormProps {
  tenantId: string;
  card: DeploymentCard;
  /** Where it is known: said with the rest of what is decided on. */
  policyVersion?: number;
}

interface Decision {
  deploymentId: string;
  subjectDigest: string;
  decision: "approve" | "reject";
  comment: string;
}

/** Approve or reject what is on screen: the decision names the digest of exactly that. */
export function DecideForm({ tenantId, card, policyVersion }: DecideFormProps) {
  const t = useTranslations("deployments.decide");
  const parts = useTranslations("approvals.review.part");
  const environments = useTranslations("deployments.environment");
  const problemText = useProblemText();
  const router = useRouter();
  const [comment, setComment] = useState("");
  const [busy, setBusy] = useState<Decided | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const { revision, service, subjectDigest, yourPart } = card;
  const isChecking = card.state === "requested" || card.state === "checking";
  const blocked = yourPart === "may-decide" ? null : parts(yourPart);
  const environment = environments(card.environment);
  const stepUps = useTranslations("stepUp.review");
  const stepUp = useStepUp<Decision>({
    tenantId,
    form: `deployments.review/${card.deploymentId}`,
    words: () => stepUps("approveDeployment", { revision, service, environment }),
    send: async (input) => {
      await consoleClient(tenantId).deployments.review.mutate(input);
      showToast({ tone: "ok", title: t(input.decision === "approve" ? "approved" : "rejected") });
      router.refresh();
    },
    onFailure: (error) => setFailure(problemText(problemOf(error))),
    restore: (input) => setComment(input.comment),
  });

  async function decide(decision: Decided) {
    setBusy(decision);
    setFailure(null);
    try {
      const { deploymentId } = card;
      await stepUp.attempt({ deploymentId, subjectDigest, decision, comment: comment.trim() });
    } catch (error) {
      setFailure(problemText(problemOf(error)));
      router.refresh();
    } finally {
      setBusy(null);
    }
  }

  const images = card.images.filter(({ change }) => change !== "removed").length;
  return (
    <div className="flex w-full flex-col gap-3">
      <p className="text-sm">
        {policyVersion === undefined
          ? t("wordsShort", { revision, service, environment })
          : t("words", { revision, service, environment, images, version: policyVersion })}{" "}
        {t("digest")} <Identifier value={subjectDigest} ends={10} />
      </p>
      <DecisionFields
        words={decisionWords(t)}
        comment={comment}
        onComment={setComment}
        blocked={blocked}
        notYet={isChecking ? t("checking") : null}
        busy={busy}
        failure={failure}
        onDecide={decide}
      />
      {stepUp.dialog}
    </div>
  );
}
