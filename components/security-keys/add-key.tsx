"use client";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { useStepUp } from "#components/step-up/use-step-up.tsx";
import { Button } from "#components/ui/button.tsx";
import type { KeyQuestion } from "./make-key.ts";

const AddKeyDialog = dynamic(async () => (await import("./add-key-dialog.tsx")).AddKeyDialog, {
  ssr: false,
});

interface NewKey {
  name: string;
}

/** Adds a key: a name, a proof at the identity provider, then the browser asks for the key. */
export function AddKey({ tenantId }: { tenantId: string }) {
  const t = useTranslations("stepUp.keys");
  const problemText = useProblemText();
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState("");
  const [question, setQuestion] = useState<KeyQuestion | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const fail = (error: unknown) => setFailure(problemText(problemOf(error)));
  const stepUp = useStepUp<NewKey>({
    tenantId,
    form: "stepUp.registerKey",
    words: () => t("addWords"),
    // The browser asks for a key only after a press, so that comes as a step of its own.
    send: async () => {
      const { beginKey } = await import("./make-key.ts");
      setQuestion(await beginKey(tenantId));
    },
    onFailure: fail,
    restore: (input) => {
      setName(input.name);
      setOpen(true);
    },
  });

  function close() {
    setOpen(false);
    setName("");
    setQuestion(null);
    setFailure(null);
  }

  return (
    <>
      <Button look="primary" onClick={() => setOpen(true)}>
        {t("add")}
      </Button>
      {isOpen ? (
        <AddKeyDialog
          tenantId={tenantId}
          name={name}
          question={question}
          failure={failure}
          onName={setName}
          onBegin={() => {
            setFailure(null);
            return stepUp.attempt({ name: name.trim() }).then(() => undefined, fail);
          }}
          onFailure={setFailure}
          onClose={close}
        />
      ) : null}
      {stepUp.dialog}
    </>
  );
}
