"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { Section } from "#components/ui/section.tsx";
import { Select } from "#components/ui/select.tsx";
import { Textarea } from "#components/ui/textarea.tsx";
import type { DeploymentCard } from "#server/features/deployments/schema.ts";

const ENVIRONMENTS = ["dev", "test", "staging", "prod"] as const;
const KINDS = ["deploy", "rollback"] as const;

/** Asks for a deployment; what is refused says which field, and what to do. */
export function RequestForm({ tenantId, onClose }: { tenantId: string; onClose: () => void }) {
  const t = useTranslations("deployments.form");
  const environments = useTranslations("deployments.environment");
  const kinds = useTranslations("deployments.kind");
  const problemText = useProblemText();
  const router = useRouter();
  const [environment, setEnvironment] = useState<DeploymentCard["environment"]>("prod");
  const [kind, setKind] = useState<DeploymentCard["kind"]>("deploy");
  const [texts, setTexts] = useState({
    service: "",
    images: "",
    configDigest: "",
    changeRef: "",
    reason: "",
  });
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    try {
      const images = texts.images.split(/\s+/).filter(Boolean);
      const { deploymentId } = await consoleClient(tenantId).deployments.request.mutate({
        ...texts,
        environment,
        kind,
        images,
      });
      showToast({ tone: "ok", title: t("sent") });
      router.push(`/t/${tenantId}/deployments/${deploymentId}`);
    } catch (error) {
      setFailure(problemText(problemOf(error)));
      setBusy(false);
    }
  }

  const text = (name: keyof typeof texts) => ({
    value: texts[name],
    onChange: (event: { target: { value: string } }) =>
      setTexts({ ...texts, [name]: event.target.value }),
  });
  return (
    <Section look="card" title={t("title")}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-4 px-4 py-3">
        <div className="flex flex-wrap gap-4">
          <Field label={t("environment")}>
            {(control) => (
              <Select
                {...control}
                value={environment}
                onChange={(event) => setEnvironment(event.target.value as typeof environment)}
              >
                {ENVIRONMENTS.map((name) => (
                  <option key={name} value={name}>
                    {environments(name)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label={t("kind")}>
            {(control) => (
              <Select
                {...control}
                value={kind}
                onChange={(event) => setKind(event.target.value as typeof kind)}
              >
                {KINDS.map((name) => (
                  <option key={name} value={name}>
                    {kinds(name)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label={t("service")}>
            {(control) => <Input {...control} {...text("service")} dir="ltr" />}
          </Field>
        </div>
        <Field label={t("images")} hint={t("imagesHint")}>
          {(control) => (
            <Textarea
              {...control}
              {...text("images")}
              dir="ltr"
              spellCheck={false}
              className="font-mono text-sm"
            />
          )}
        </Field>
        <Field label={t("config")} hint={t("configHint")}>
          {(control) => (
            <Input
              {...control}
              {...text("configDigest")}
              dir="ltr"
              spellCheck={false}
              className="font-mono text-sm"
            />
          )}
        </Field>
        <Field label={t("change")} hint={t("changeHint")}>
          {(control) => <Input {...control} {...text("changeRef")} dir="ltr" />}
        </Field>
        <Field label={t("reason")}>
          {(control) => <Input {...control} {...text("reason")} maxLength={2000} />}
        </Field>
        {failure ? (
          <p role="alert" className="rounded-md bg-danger-tint px-3 py-2 text-danger text-sm">
            {t("failed")}: {failure}
          </p>
        ) : null}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="submit" look="primary" isBusy={isBusy}>
            {t("send")}
          </Button>
        </div>
      </form>
    </Section>
  );
}
