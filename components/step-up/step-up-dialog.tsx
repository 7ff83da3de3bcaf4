"use client";
import { useQuery } from "@tanstack/react-query";
import { KeyRound, LogIn } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { type FormEvent, type ReactNode, useState } from "react";
import { createPortal } from "react-dom";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { LiveQueries } from "#components/trpc/live-queries.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Identifier } from "#components/ui/identifier.tsx";
import { askKey } from "./prove-by-key.ts";
import { refusalCodeOf } from "./refusal-codes.ts";
import type { Demand } from "./use-step-up.tsx";

interface StepUpDialogProps {
  tenantId: string;
  demand: Demand;
  words: ReactNode;
  /** Why the last try proved nothing, as a code. */
  refusal: string | null;
  /** The browser is about to leave for the identity provider. */
  onLeave: () => void;
  onProved: () => void;
  onClose: () => void;
}

/** Asks for a second factor for one act: says what is confirmed, by which digest, and how it can be done. */
export function StepUpDialog(props: StepUpDialogProps) {
  const t = useTranslations("stepUp");
  // Beside the page: it has a form of its own, and may be asked for within another.
  return createPortal(
    <LiveQueries>
      <Dialog isOpen title={t("title")} onClose={props.onClose}>
        <StepUpBody {...props} />
      </Dialog>
    </LiveQueries>,
    document.body,
  );
}

function StepUpBody({
  tenantId,
  demand,
  words,
  refusal,
  onLeave,
  onProved,
  onClose,
}: StepUpDialogProps) {
  const t = useTranslations("stepUp");
  const problemText = useProblemText();
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState(
    refusal === null ? null : t(`refused.${refusalCodeOf(refusal)}`),
  );
  const keys = useQuery({
    queryKey: [tenantId, "stepUp.keys"],
    queryFn: () => consoleClient(tenantId).stepUp.keys.query(),
  });
  const usable = keys.data?.items.filter(({ suspectedAt }) => suspectedAt === null) ?? [];
  const isKeyEnough = demand.methods.includes("webauthn");
  const isProviderEnough = demand.methods.includes("oidc");

  function leave(event: FormEvent) {
    event.stopPropagation();
    onLeave();
  }

  async function proveWithKey() {
    setBusy(true);
    setFailure(null);
    try {
      const result = await askKey(tenantId, demand);
      if (result === "proved") return onProved();
      setFailure(t(`refused.${refusalCodeOf(result)}`));
    } catch (error) {
      setFailure(problemText(problemOf(error)));
    }
    setBusy(false);
  }

  return (
    <div className="flex flex-col gap-4">
      <p className="text-sm">{t("why")}</p>
      <div className="rounded-md border border-line bg-sunken px-3 py-2 text-sm">
        <p className="font-medium">{words}</p>
        <p className="pt-1 text-muted text-xs">
          {t("digest")} <Identifier value={demand.digest} ends={12} />
        </p>
      </div>
      {failure ? (
        <p role="alert" className="rounded-md bg-danger-tint px-3 py-2 text-danger text-sm">
          {failure}
        </p>
      ) : null}
      {isKeyEnough && keys.isSuccess && usable.length === 0 ? (
        <p className="text-muted text-sm">
          {isProviderEnough ? t("noKey") : t("keyNeeded")}{" "}
          <Link href={`/t/${tenantId}/security-keys`} className="underline">
            {t("toKeys")}
          </Link>
        </p>
      ) : null}
      <div className="flex flex-wrap gap-2">
        {isKeyEnough ? (
          <Button
            look="primary"
            isBusy={isBusy || keys.isPending}
            disabledReason={keys.isSuccess && usable.length === 0 ? t("noKeyShort") : null}
            onClick={proveWithKey}
          >
            <KeyRound aria-hidden className="size-4" />
            {t("useKey")}
          </Button>
        ) : null}
        {isProviderEnough ? (
          <form method="post" action="/api/auth/step-up" onSubmit={leave}>
            <input type="hidden" name="tenant" value={tenantId} />
            <input type="hidden" name="act" value={demand.act} />
            <input type="hidden" name="digest" value={demand.digest} />
            <input type="hidden" name="returnTo" value={here()} />
            <Button type="submit">
              <LogIn aria-hidden className="mirrored size-4" />
              {t("useProvider")}
            </Button>
          </form>
        ) : null}
        <Button look="quiet" onClick={onClose}>
          {t("later")}
        </Button>
      </div>
      {isProviderEnough ? <p className="text-muted text-xs">{t("comesBack")}</p> : null}
    </div>
  );
}

/** The page as it stands, without what an earlier try left in its address. */
function here(): string {
  const url = new URL(window.location.href);
  url.searchParams.delete("step-up");
  return url.pathname + url.search;
}
