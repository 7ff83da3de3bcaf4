import { useTranslations } from "next-intl";
import { type JsonSchema, limitsOf, notationOf, withMembers } from "./api-document.ts";
import { English } from "./english.tsx";

/** Deeper than this nothing of ours goes; a schema that holds itself would never end. */
const DEEPEST = 6;

/** The members of a schema, one a line, what they hold below them. */
export function SchemaMembers({ schema, depth = 0 }: { schema: JsonSchema; depth?: number }) {
  const t = useTranslations("api");
  const shapes = withMembers(schema);
  if (shapes.length === 0 || depth > DEEPEST) return null;
  return shapes.map((shape, index) => (
    <div
      // biome-ignore lint/suspicious/noArrayIndexKey: variants have no other name
      key={index}
      className="flex flex-col gap-2"
    >
      {shapes.length > 1 ? (
        <p className="text-muted text-xs">{t("variant", { number: index + 1 })}</p>
      ) : null}
      <ul className="flex flex-col gap-2 border-line border-s ps-3">
        {Object.entries(shape.properties ?? {}).map(([name, member]) => (
          <li key={name} className="flex flex-col gap-1">
            <Member
              name={name}
              schema={member}
              isRequired={shape.required?.includes(name) ?? false}
            />
            <SchemaMembers schema={member} depth={depth + 1} />
          </li>
        ))}
      </ul>
    </div>
  ));
}

interface MemberProps {
  name: string;
  schema: JsonSchema;
  isRequired: boolean;
  description?: string | undefined;
}

/** A member or parameter: name, what it may be, whether it must be there, and its limits. */
export function Member({ name, schema, isRequired, description }: MemberProps) {
  const t = useTranslations("api");
  const said = description ?? schema.description;
  return (
    <div className="text-sm">
      <p className="flex flex-wrap items-baseline gap-x-2">
        <bdi dir="ltr" className="break-all font-medium font-mono">
          {name}
        </bdi>
        <bdi dir="ltr" className="break-all font-mono text-muted text-xs">
          {notationOf(schema)}
        </bdi>
        {isRequired ? <span className="text-xs">{t("required")}</span> : null}
      </p>
      {limitsOf(schema).map((limit) => (
        <p key={limit} className="break-all font-mono text-muted text-xs">
          <bdi dir="ltr">{limit}</bdi>
        </p>
      ))}
      {said ? (
        <p className="text-muted">
          <English>{said}</English>
        </p>
      ) : null}
    </div>
  );
}
