"use client";
import { useLocale, useTranslations } from "next-intl";
import { durationText } from "#components/time/duration-text.ts";
import { Time } from "#components/time/time.tsx";
import { Button } from "#components/ui/button.tsx";
import type { RequestView } from "#server/features/elevation/elevation-views.ts";
import { RequestMark } from "./standing-mark.tsx";
import { useScopeWords } from "./use-scope-words.ts";

interface RequestCardProps {
  request: RequestView;
  onOpen: (requestId: string) => void;
}

/** One request: who asks for what, how many have agreed, and what the reader may do about it. */
export function RequestCard({ request, onOpen }: RequestCardProps) {
  const t = useTranslations("access");
  const locale = useLocale();
  const words = useScopeWords();
  const environment = t(`environment.${request.environment}`);
  const { groups } = request.quorum;
  const sum = (pick: "count" | "filled") => groups.reduce((total, each) => total + each[pick], 0);
  const isWaiting = request.state === "waiting" || request.state === "approved";
  const isYourTurn = request.yourPart === "may-decide" && request.state === "waiting";
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3">
      <div className="flex min-w-0 flex-1 basis-64 flex-col gap-1">
        <button
          type="button"
          className="py-0.5 text-start font-medium text-sm underline-offset-4 hover:underline"
          onClick={() => onOpen(request.requestId)}
        >
          {request.isYours
            ? t("request.titleYou", { environment })
            : t("request.title", { person: request.person, environment })}
        </button>
        <p className="break-words text-muted text-sm">
          {t(`request.kinds.${request.kind}`)}
          {" · "}
          {t("request.for", { duration: durationText(request.durationSeconds, locale) })}
          {" · "}
          {request.scopes.map(words).join(" · ")}
        </p>
        <p className="break-words text-sm">{request.reason}</p>
      </div>
      <div className="flex flex-wrap items-center gap-3 text-sm">
        <RequestMark state={request.state} />
        {isWaiting ? (
          <span className="text-muted">
            {t("request.approvals", { filled: sum("filled"), needed: sum("count") })}
            {" · "}
            {t("request.expires")} <Time at={request.expiresAt} />
          </span>
        ) : null}
        {isYourTurn ? (
          <Button size="sm" look="primary" onClick={() => onOpen(request.requestId)}>
            {t("request.decide")}
          </Button>
        ) : null}
        {request.isYours && request.state === "approved" ? (
          <Button size="sm" look="primary" onClick={() => onOpen(request.requestId)}>
            {t(request.kind === "extension" ? "request.activateExtension" : "request.activate")}
          </Button>
        ) : null}
      </div>
    </li>
  );
}
