"use client";
import { useRouter, useSearchParams } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { type Refusal, refusalOf } from "#components/problem/refusal.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { Section } from "#components/ui/section.tsx";
import { SECRET_CLASSES } from "#server/engines/secret-policy/default-rule.ts";
import type { RotatorForm } from "#server/features/rotation/bindings/rotator-form.ts";
import type { TargetList } from "../binding-shapes.ts";
import { Options, TextField } from "../form-fields.tsx";
import { faultsOf, inputOf } from "./bind-input.ts";
import { FillFromTarget } from "./fill-from-target.tsx";
import { type BindValues, KIND_FACTS, USUAL } from "./kind-facts.ts";
import { PlaceFields } from "./place-fields.tsx";
import { RotatorFields } from "./rotator-fields.tsx";

interface BindFormProps {
  tenantId: string;
  forms: readonly RotatorForm[];
  targets: TargetList["here"];
  mayBind: boolean;
}

const ENVIRONMENTS = ["dev", "test", "staging", "prod"] as const;
const MORE = ["region", "graceSeconds", "currentVersion", "lastRotatedAt"] as const;

/** Makes one reference: where the secret is, whose, and who rotates it. Never its value. */
export function BindForm({ tenantId, forms, targets, mayBind }: BindFormProps) {
  const t = useTranslations("bindings.bind");
  const rotations = useTranslations("rotations");
  const problemText = useProblemText();
  const router = useRouter();
  const asked = useSearchParams();
  const [kind, setKind] = useState(asked.get("rotator") ?? "kv-generated");
  const [values, setValues] = useState<BindValues>({
    ...USUAL,
    name: asked.get("name") ?? "",
    path: asked.get("path") ?? `${tenantId}/prod/`,
    class: asked.get("class") ?? KIND_FACTS[kind]?.class ?? "manual",
    environment: asked.get("environment") ?? "prod",
    graceSeconds: "24h",
  });
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Refusal | null>(null);
  const form = forms.find((each) => each.kind === kind) ?? forms[0];
  if (!form) return null;
  const faults = faultsOf(form, values);
  const change = (patch: BindValues) => setValues((before) => ({ ...before, ...patch }));
  const set = (field: string, value: string) => change({ [field]: value });
  const shown = shownFields(form);
  const at = failure ? fieldOf(failure.path, shown) : undefined;
  const errorOf = (field: string) => {
    const fault = faults.get(field);
    if (isTried && fault) return t(`fault.${fault}`);
    return failure && at === field ? failure.text : null;
  };

  async function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    setFailure(null);
    if (!form || isBusy || !mayBind || faults.size > 0) return;
    setBusy(true);
    try {
      const { bindingId } = await consoleClient(tenantId).bindings.bind.mutate(
        inputOf(form, values),
      );
      showToast({ tone: "ok", title: t("bound", { name: values.name ?? "" }) });
      router.push(`/t/${tenantId}/rotations?selected=${bindingId}`);
    } catch (error) {
      setFailure(refusalOf(error, problemText));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Section look="card" title={t("title")} aside={t("aside")}>
      <form onSubmit={submit} noValidate className="grid gap-4 px-4 py-3 sm:grid-cols-2">
        <Options
          label={t("field.rotator")}
          value={kind}
          onChange={(next) => {
            setKind(next);
            setFailure(null);
            change({ class: KIND_FACTS[next]?.class ?? "manual" });
          }}
          options={forms.map((each) => [each.kind, t(`rotator.${each.kind}`)])}
        />
        <Options
          label={t("field.class")}
          value={values.class ?? ""}
          onChange={(value) => set("class", value)}
          options={SECRET_CLASSES.map((each) => [each, rotations(`class.${each}`)])}
        />
        {(["name", "owner"] as const).map((field) => (
          <TextField
            key={field}
            label={t(`field.${field}`)}
            hint={t(`hint.${field}`)}
            value={values[field] ?? ""}
            error={errorOf(field)}
            onChange={(value) => set(field, value)}
          />
        ))}
        <Options
          label={t("field.environment")}
          value={values.environment ?? ""}
          onChange={(value) => set("environment", value)}
          options={ENVIRONMENTS.map((each) => [each, each])}
        />
        <FillFromTarget kind={kind} targets={targets} onFill={change} />
        <RotatorFields form={form} values={values} errorOf={errorOf} onChange={set} />
        <PlaceFields kind={kind} values={values} errorOf={errorOf} onChange={set} />
        {MORE.map((field) => (
          <TextField
            key={field}
            label={t("optional", { name: t(`field.${field}`) })}
            hint={t(`hint.${field}`)}
            value={values[field] ?? ""}
            error={errorOf(field)}
            type={field === "lastRotatedAt" ? "datetime-local" : "text"}
            isCode
            onChange={(value) => set(field, value)}
          />
        ))}
        {failure && at === undefined ? (
          <p
            role="alert"
            className="rounded-md bg-danger-tint px-3 py-2 text-danger text-sm sm:col-span-2"
          >
            {failure.text}
          </p>
        ) : null}
        {isTried && faults.size > 0 ? (
          <p role="alert" className="text-danger text-sm sm:col-span-2">
            {t("faults", { count: faults.size })}
          </p>
        ) : null}
        <div className="flex justify-end sm:col-span-2">
          <Button
            type="submit"
            look="primary"
            isBusy={isBusy}
            disabledReason={mayBind ? null : t("mayNot")}
          >
            {t("button")}
          </Button>
        </div>
      </form>
    </Section>
  );
}

/** Every field that the form may show, as the verb calls it. */
function shownFields(form: RotatorForm): string[] {
  const rotator = form.fields.map(({ path }) => `rotator.${path}`);
  return ["name", "owner", "path", ...MORE, ...rotator];
}

/** The field that a refusal is about; what is said of a whole part stands at its first field. */
function fieldOf(path: string | undefined, shown: readonly string[]): string | undefined {
  return shown.find((each) => each === path) ?? shown.find((each) => each.startsWith(`${path}.`));
}
