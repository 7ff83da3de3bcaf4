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
import { Select } from "#components/ui/select.tsx";
import { SECRET_CLASSES } from "#server/engines/secret-policy/default-rule.ts";
import { FORM_FIELDS, type FormValues, inputOf, ROTATOR_CHOICES } from "./bind-values.ts";
import type { TargetList } from "./binding-shapes.ts";
import { Choice, TextField } from "./form-fields.tsx";

interface BindFormProps {
  tenantId: string;
  targets: TargetList["here"];
  mayBind: boolean;
}

/** Makes one reference: where the secret is, whose, and who rotates it. Never its value. */
export function BindForm({ tenantId, targets, mayBind }: BindFormProps) {
  const t = useTranslations("bindings.bind");
  const rotations = useTranslations("rotations");
  const problemText = useProblemText();
  const router = useRouter();
  const asked = useSearchParams();
  const [values, setValues] = useState<FormValues>({
    name: asked.get("name") ?? "",
    path: asked.get("path") ?? `${tenantId}/prod/`,
    class: asked.get("class") ?? "api-token",
    environment: asked.get("environment") ?? "prod",
    owner: "",
    rotator: "kv-generated",
    field: "value",
    target: targets.find(({ address }) => address.kind === "postgres")?.name ?? "",
  });
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Refusal | null>(null);
  const set = (field: keyof FormValues) => (value: string) =>
    setValues((before) => ({ ...before, [field]: value }));

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (isBusy || !mayBind) return;
    setBusy(true);
    setFailure(null);
    try {
      const input = inputOf(values, targets);
      const { bindingId } = await consoleClient(tenantId).bindings.bind.mutate(input);
      showToast({ tone: "ok", title: t("bound", { name: values.name ?? "" }) });
      router.push(`/t/${tenantId}/rotations?selected=${bindingId}`);
    } catch (error) {
      setFailure(refusalOf(error, problemText));
    } finally {
      setBusy(false);
    }
  }

  const text = (field: (typeof FORM_FIELDS)[number]) => (
    <TextField
      label={t(`field.${field}`)}
      hint={t(`hint.${field}`)}
      value={values[field] ?? ""}
      error={failure?.field === field ? failure.text : null}
      isCode={field !== "name" && field !== "owner"}
      onChange={set(field)}
    />
  );
  return (
    <Section look="card" title={t("title")} aside={t("aside")}>
      <form onSubmit={submit} noValidate className="grid gap-4 px-4 py-3 sm:grid-cols-2">
        {text("name")}
        {text("path")}
        <Choice label={t("field.class")}>
          {(id) => (
            <Select id={id} value={values.class} onChange={(e) => set("class")(e.target.value)}>
              {SECRET_CLASSES.map((each) => (
                <option key={each} value={each}>
                  {rotations(`class.${each}`)}
                </option>
              ))}
            </Select>
          )}
        </Choice>
        <Choice label={t("field.environment")}>
          {(id) => (
            <Select
              id={id}
              value={values.environment}
              onChange={(e) => set("environment")(e.target.value)}
            >
              {["dev", "test", "staging", "prod"].map((each) => (
                <option key={each}>{each}</option>
              ))}
            </Select>
          )}
        </Choice>
        {text("owner")}
        <Choice label={t("field.rotator")}>
          {(id) => (
            <Select id={id} value={values.rotator} onChange={(e) => set("rotator")(e.target.value)}>
              {ROTATOR_CHOICES.map((each) => (
                <option key={each} value={each}>
                  {t(`rotator.${each}`)}
                </option>
              ))}
            </Select>
          )}
        </Choice>
        {values.rotator === "kv-generated" ? text("field") : null}
        {values.rotator === "none" ? text("missing") : null}
        {values.rotator === "openbao-transit" ? (
          <>
            {text("mount")}
            {text("key")}
          </>
        ) : null}
        {values.rotator === "postgres-dual-user" ? (
          <>
            <Choice label={t("field.target")}>
              {(id) => (
                <Select
                  id={id}
                  value={values.target}
                  onChange={(e) => set("target")(e.target.value)}
                >
                  {targets
                    .filter(({ address }) => address.kind === "postgres")
                    .map(({ name }) => (
                      <option key={name}>{name}</option>
                    ))}
                </Select>
              )}
            </Choice>
            {text("activeRole")}
            {text("standbyRole")}
            {text("rotatorPath")}
          </>
        ) : null}
        {failure && !FORM_FIELDS.some((field) => field === failure.field) ? (
          <p
            role="alert"
            className="rounded-md bg-danger-tint px-3 py-2 text-danger text-sm sm:col-span-2"
          >
            {failure.text}
          </p>
        ) : null}
        <p className="text-muted text-sm sm:col-span-2">{t("others")}</p>
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
