"use client";
import { useTranslations } from "next-intl";

interface ActorNameProps {
  kind: "user" | "service" | "worker" | "system";
  /** From the payload; `null` once that is erased. */
  name: string | null;
  /** The pseudonym, which stays. */
  reference: string;
}

/** Who acted: the name while it is kept, else the pseudonym; always with what kind of actor. */
export function ActorName({ kind, name, reference }: ActorNameProps) {
  const t = useTranslations("audit.actor");
  return (
    <span className="whitespace-nowrap">
      {name === null ? (
        <bdi dir="ltr" data-tip={reference}>
          {reference.slice(0, 10)}
        </bdi>
      ) : (
        <bdi className="font-sans text-sm">{name}</bdi>
      )}
      <span className="text-muted text-sm">{` · ${t(kind)}`}</span>
    </span>
  );
}
