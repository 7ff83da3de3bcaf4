"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { type Refusal, refusalOf } from "#components/problem/refusal.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { Section } from "#components/ui/section.tsx";
import { Select } from "#components/ui/select.tsx";
import { Choice, TextField } from "./form-fields.tsx";
import { ADDRESS_FIELDS, type TargetValues, targetInputOf } from "./target-values.ts";

const KINDS = [
  "postgres",
  "openbao",
  "azure-key-vault",
  "azure-storage",
  "keycloak",
  "kubernetes",
  "file",
] as const;
type Kind = (typeof KINDS)[number];

/** Registers a target, or changes the one of the same name. The Sovereign's own. */
export function TargetForm({ tenantId, whyNot }: { tenantId: string; whyNot: string | null }) {
  const t = useTranslations("bindings.targets");
  const problemText = useProblemText();
  const router = useRouter();
  const [kind, setKind] = useState<Kind>("postgres");
  const [values, setValues] = useState<TargetValues>({ environments: "prod", tls: "verify-full" });
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Refusal | null>(null);
  const fields = ["name", ...ADDRESS_FIELDS[kind], "tenants", "environments", "reason"] as const;

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (isBusy || whyNot) return;
    setBusy(true);
    setFailure(null);
    try {
      const input = targetInputOf(kind, values);
      const { name } = await consoleClient(tenantId).rotationTargets.save.mutate(input);
      showToast({ tone: "ok", title: t("saved", { name }) });
      setValues({ environments: "prod", tls: "verify-full" });
      router.refresh();
    } catch (error) {
      setFailure(refusalOf(error, problemText));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Section look="card" title={t("add")}>
      <form onSubmit={submit} noValidate className="grid gap-4 px-4 py-3 sm:grid-cols-2">
        <Choice label={t("field.kind")}>
          {(id) => (
            <Select id={id} value={kind} onChange={(event) => setKind(event.target.value as Kind)}>
              {KINDS.map((each) => (
                <option key={each} value={each}>
                  {t(`kind.${each}`)}
                </option>
              ))}
            </Select>
          )}
        </Choice>
        {fields.map((field) => (
          <TextField
            key={field}
            label={t(`field.${field}`)}
            hint={t(`hint.${field}`)}
            value={values[field] ?? ""}
            isCode={field !== "reason"}
            error={failure?.field === field ? failure.text : null}
            onChange={(value) => setValues((before) => ({ ...before, [field]: value }))}
          />
        ))}
        {failure && !fields.some((field) => field === failure.field) ? (
          <p
            role="alert"
            className="rounded-md bg-danger-tint px-3 py-2 text-danger text-sm sm:col-span-2"
          >
            {failure.text}
          </p>
        ) : null}
        <div className="flex justify-end sm:col-span-2">
          <Button type="submit" look="primary" isBusy={isBusy} disabledReason={whyNot}>
            {t("save")}
          </Button>
        </div>
      </form>
    </Section>
  );
}
