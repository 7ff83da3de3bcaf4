"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { ClockTime } from "#components/time/clock-time.tsx";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Identifier } from "#components/ui/identifier.tsx";
import { Input } from "#components/ui/input.tsx";
import { Status } from "#components/ui/status.tsx";
import type { ClaimedHead } from "./judge-head.ts";
import { believeKey, lookAtHead } from "./look-at-head.ts";

interface HeadSignatureProps {
  tenantId: string;
  /** The signed note that the proof leads to. */
  note: string;
  claim: ClaimedHead;
}

/**
 * Whether the head under a proof is signed by the log's key that this browser keeps, checked by the
 * browser itself; and a place to give it the key that its reader got by another way.
 */
export function HeadSignature({ tenantId, note, claim }: HeadSignatureProps) {
  const t = useTranslations("audit.signature");
  const queryKey = ["headSignature", tenantId, note];
  const look = useQuery({ queryKey, queryFn: () => lookAtHead(tenantId, note, claim) });
  const seen = look.data;
  return (
    <div className="flex flex-col gap-2 text-sm">
      <div>
        {look.error ? (
          <Status tone="unknown">{t("noKeys")}</Status>
        ) : seen === undefined ? (
          <Status tone="unknown">{t("checking")}</Status>
        ) : seen.kind === "signed" ? (
          <Status tone="ok">{t("signed")}</Status>
        ) : seen.kind === "unable" ? (
          <Status tone="info">{t("unable")}</Status>
        ) : (
          <Status tone="danger">{t("foreign")}</Status>
        )}
      </div>
      {seen?.kind === "foreign" ? (
        <p role="alert" className="text-danger">
          {t("foreignBody")}
        </p>
      ) : null}
      {seen && seen.kind !== "unable" ? (
        <dl className="flex flex-col gap-1">
          <dt className="text-muted">{t("key")}</dt>
          <dd className="font-mono text-xs">
            <Identifier value={seen.kind === "signed" ? seen.vkey : seen.expected} ends={24} />
          </dd>
          <dt className="text-muted">{t(seen.kept.by)}</dt>
          <dd>
            <ClockTime at={seen.kept.since} />
          </dd>
        </dl>
      ) : null}
      <OtherKey tenantId={tenantId} />
    </div>
  );
}

/** Takes a verifier key that the reader got elsewhere. */
function OtherKey({ tenantId }: { tenantId: string }) {
  const t = useTranslations("audit.signature");
  const queries = useQueryClient();
  const [text, setText] = useState("");
  const [error, setError] = useState<string | null>(null);
  async function take(event: FormEvent) {
    event.preventDefault();
    try {
      if (!(await believeKey(tenantId, text))) return setError(t("notAKey"));
    } catch {
      return setError(t("noKeys"));
    }
    setError(null);
    setText("");
    await queries.invalidateQueries({ queryKey: ["headSignature", tenantId] });
  }
  return (
    <details>
      <summary className="min-h-6 text-muted hover:text-text">{t("compare")}</summary>
      <form onSubmit={take} className="mt-2 flex flex-col gap-2">
        <Field label={t("ownKey")} hint={t("ownKeyHint")} error={error}>
          {(control) => (
            <Input
              {...control}
              dir="ltr"
              spellCheck={false}
              autoComplete="off"
              className="font-mono text-xs"
              value={text}
              onChange={(change) => setText(change.target.value)}
            />
          )}
        </Field>
        <div>
          <Button type="submit" size="sm">
            {t("use")}
          </Button>
        </div>
      </form>
    </details>
  );
}
