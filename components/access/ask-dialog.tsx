"use client";
import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { useStepUp } from "#components/step-up/use-step-up.tsx";
import { durationText } from "#components/time/duration-text.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Field } from "#components/ui/field.tsx";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { Input } from "#components/ui/input.tsx";
import { Select } from "#components/ui/select.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";
import type { OfferView } from "#server/features/elevation/elevation-views.ts";
import { DurationSelect } from "./duration-select.tsx";
import { useScopeWords } from "./use-scope-words.ts";

interface AskDialogProps {
  tenantId: string;
  /** Environments in which the reader may ask for something. */
  offers: readonly OfferView[];
  onClose: () => void;
}

interface Asked {
  environment: OfferView["environment"];
  scopes: never[];
  durationSeconds: number;
  startsAt: Date | null;
  reason: string;
}

/** Asks for elevation: says what it will give, who has to approve, and when it ends. */
export function AskDialog({ tenantId, offers, onClose }: AskDialogProps) {
  const t = useTranslations("access");
  const form = useTranslations("access.form");
  const locale = useLocale();
  const words = useScopeWords();
  const router = useRouter();
  const { isBusy, failure, run, fail } = useAct();
  const [environment, setEnvironment] = useState(
    (offers.find((each) => each.environment === "prod") ?? offers[0])?.environment,
  );
  const offer = offers.find((each) => each.environment === environment) ?? offers[0];
  const most = offer?.policy?.maxDurationSeconds ?? 3_600;
  const [scopes, setScopes] = useState<readonly string[]>([]);
  const [seconds, setSeconds] = useState(Math.min(3_600, most));
  const [startsAt, setStartsAt] = useState("");
  const [reason, setReason] = useState("");
  const [isTried, setTried] = useState(false);
  const stepUp = useStepUp<Asked>({
    tenantId,
    form: "elevation.request",
    words: (input) => form("words", { environment: t(`environment.${input.environment}`) }),
    send: async (input) => {
      await consoleClient(tenantId).elevation.request.mutate(input);
      showToast({ tone: "ok", title: form("asked") });
      router.refresh();
      onClose();
    },
    onFailure: fail,
  });
  if (!offer?.policy) return null;
  const { policy } = offer;
  const chosen = scopes.filter((scope) => offer.yours.includes(scope));
  const groups = policy.groups
    .map(({ role, count }) => t("offers.group", { role, count }))
    .join(" + ");
  const duration = durationText(Math.min(seconds, most), locale);

  function ask() {
    setTried(true);
    if (chosen.length === 0 || reason.trim() === "" || !offer) return;
    const input: Asked = {
      environment: offer.environment,
      scopes: [...chosen] as never[],
      durationSeconds: Math.min(seconds, most),
      startsAt: startsAt ? new Date(startsAt) : null,
      reason: reason.trim(),
    };
    run(() => stepUp.attempt(input));
  }

  return (
    <FormDialog
      title={form("title")}
      confirm={form("submit")}
      isBusy={isBusy}
      failure={failure}
      onSubmit={ask}
      onClose={onClose}
    >
      <div className="flex flex-wrap gap-4">
        <Field label={form("environment")}>
          {(control) => (
            <Select
              {...control}
              value={offer.environment}
              onChange={(event) => setEnvironment(event.target.value as OfferView["environment"])}
            >
              {offers.map((each) => (
                <option key={each.environment} value={each.environment}>
                  {t(`environment.${each.environment}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={form("duration")}>
          {(control) => (
            <DurationSelect
              control={control}
              mostSeconds={most}
              seconds={Math.min(seconds, most)}
              onChange={setSeconds}
            />
          )}
        </Field>
      </div>
      <fieldset className="flex flex-col gap-1.5">
        <legend className="pb-1 font-medium text-sm">{form("scopes")}</legend>
        {offer.yours.map((scope) => (
          <label key={scope} className="flex items-start gap-2 text-sm">
            <input
              type="checkbox"
              className="mt-0.5 size-4"
              checked={chosen.includes(scope)}
              onChange={(event) =>
                setScopes(
                  event.target.checked
                    ? [...chosen, scope]
                    : chosen.filter((each) => each !== scope),
                )
              }
            />
            <span>
              {words(scope)}{" "}
              <bdi dir="ltr" className="font-mono text-muted text-xs">
                {scope}
              </bdi>
            </span>
          </label>
        ))}
        {isTried && chosen.length === 0 ? (
          <p role="alert" className="text-danger text-xs">
            {form("scopesMissing")}
          </p>
        ) : null}
      </fieldset>
      {policy.maxAheadSeconds > 0 ? (
        <Field
          label={form("startsLater")}
          hint={form("startsAtHint", { duration: durationText(policy.maxAheadSeconds, locale) })}
        >
          {(control) => (
            <Input
              {...control}
              type="datetime-local"
              value={startsAt}
              onChange={(event) => setStartsAt(event.target.value)}
            />
          )}
        </Field>
      ) : null}
      <TextareaField
        label={form("reason")}
        hint={form("reasonHint")}
        error={isTried && reason.trim() === "" ? form("reasonMissing") : null}
        maxLength={2000}
        value={reason}
        onChange={setReason}
      />
      <div className="flex flex-col gap-1 rounded-md border border-line bg-sunken px-3 py-2 text-sm">
        <p>{form("gives", { environment: t(`environment.${offer.environment}`) })}</p>
        {chosen.length > 0 ? (
          <ul className="list-disc ps-5">
            {chosen.map((scope) => (
              <li key={scope}>{words(scope)}</li>
            ))}
          </ul>
        ) : null}
        <p>{form("until", { duration })}</p>
        <p>
          {form("approvers", { groups })}
          {policy.stepUp.level === "none" ? "" : ` ${form("factor")}`}
        </p>
      </div>
      {stepUp.dialog}
    </FormDialog>
  );
}
