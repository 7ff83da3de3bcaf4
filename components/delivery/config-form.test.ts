import { expect, test } from "vitest";
import { formFields } from "#server/engines/delivery/form-fields.ts";
import { SINK_KINDS as NAMES } from "#server/engines/delivery/kind-names.ts";
import { SINK_KINDS, SinkConfig } from "#server/engines/delivery/sink-kinds.ts";
import { configOf, formValues } from "./config-form.ts";
import { CHOICE_NAMES, FIELD_NAMES } from "./field-words.ts";
import { roughDuration, sinkStanding } from "./sink-standing.ts";

const examples = [
  {
    kind: "opensearch",
    url: "https://search.example.com",
    password: { path: "siem/pass", field: "value" },
  },
  { kind: "syslog-tls", host: "log.example.com", port: 1514 },
  { kind: "webhook", url: "https://hooks.example.com/a" },
  { kind: "nats-jetstream", servers: "tls://nats.example.com:4222" },
  {
    kind: "splunk-hec",
    url: "https://splunk.example.com",
    token: { path: "siem/splunk", field: "token" },
  },
  { kind: "datadog", apiKey: { path: "siem/dd", field: "key" } },
];

test.each(examples)("$kind: what is saved comes back from its form as it was", (example) => {
  const config = SinkConfig.parse(example);
  const fields = formFields().find(({ kind }) => kind === config.kind)?.fields ?? [];
  const again = configOf(config.kind, fields, formValues(fields, config));
  expect(SinkConfig.parse(again)).toEqual(config);
});

test("each kind, each field and each choice has a word", () => {
  expect([...NAMES]).toEqual([...SINK_KINDS]);
  const fields = formFields().flatMap((form) => form.fields);
  expect(new Set(fields.map(({ name }) => name))).toEqual(new Set(FIELD_NAMES));
  expect(new Set(fields.flatMap(({ choices }) => choices))).toEqual(new Set(CHOICE_NAMES));
});

test("what needs somebody goes before what goes well", () => {
  const live = { circuit: "closed", failures: 0 } as never;
  const at = (fields: object) =>
    sinkStanding({ state: "active", live, laggingSince: null, ...fields } as never).standing;
  expect(at({})).toBe("active");
  expect(at({ laggingSince: new Date() })).toBe("lagging");
  expect(at({ live: { circuit: "closed", failures: 2 } })).toBe("trouble");
  expect(at({ live: { circuit: "open", failures: 9 } })).toBe("down");
  expect(at({ state: "paused", live: { circuit: "open", failures: 9 } })).toBe("paused");
  expect(roughDuration(90)).toEqual({ unit: "seconds", count: 90 });
  expect(roughDuration(600)).toEqual({ unit: "minutes", count: 10 });
  expect(roughDuration(200_000)).toEqual({ unit: "days", count: 2 });
});
