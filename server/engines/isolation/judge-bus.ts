import { list, namespaceOf, record } from "#server/engines/kubernetes/manifest-fields.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import type { ClusterTenancy } from "./cluster-tenancy.ts";
import type { Fact, FactCode, Verdict } from "./fact.ts";
import { isOfGroup, otherTenant, ownerOfObject } from "./owner-of-object.ts";

const NATS = "jetstream.nats.io";
const STRIMZI = "kafka.strimzi.io";
const STRIMZI_CLUSTER = "strimzi.io/cluster";
const USES_ACCOUNT = new Set(["Stream", "Consumer", "KeyValue", "ObjectStore"]);
/** Operations by which messages get out or in (Strimzi, `AclRule`). */
const OPENING = new Set(["All", "Read", "Write", "Alter", "AlterConfigs", "Delete"]);

type Add = (
  code: FactCode,
  verdict: Verdict,
  params: Record<string, string>,
  more?: { objects?: string[]; peer?: string },
) => void;

/**
 * The message bus is data too. NATS (objects of its JetStream controller): a tenant's streams use an
 * account of its own, and nobody else's streams use that. Kafka (objects of Strimzi): the broker asks
 * for rights, and no other tenant's user may read or write the tenant's topics.
 */
export function judgeBus(tenancy: ClusterTenancy, tenant: string, environment: string): Fact[] {
  const facts: Fact[] = [];
  const add: Add = (code, verdict, params, more = {}) => {
    const source = { kind: "cluster", name: tenancy.evidence.name } as const;
    facts.push({ layer: "data", code, verdict, source, params, objects: [], ...more });
  };
  const own = new Set(tenancy.namespacesOf(tenant, environment));
  const isOwn = (manifest: Manifest) => {
    const owner = ownerOfObject(tenancy, manifest);
    if (owner.kind !== "tenant" || owner.tenant !== tenant) return false;
    const said = manifest.metadata.labels?.["catalyst.openova.io/environment"];
    // In a namespace of the platform its label says of which environment it is; without one, of every.
    return own.has(namespaceOf(manifest)) || said === environment || isEverywhere(manifest, said);
  };
  const isEverywhere = (manifest: Manifest, said: string | undefined) =>
    said === undefined && tenancy.ownerOf(namespaceOf(manifest)).kind !== "tenant";
  judgeNats(tenancy, tenant, isOwn, add);
  judgeKafka(tenancy, tenant, isOwn, add);
  return facts;
}

type IsOwn = (manifest: Manifest) => boolean;

function judgeNats(tenancy: ClusterTenancy, tenant: string, isOwn: IsOwn, add: Add): void {
  const objects = tenancy.evidence.manifests.filter((each) => isOfGroup(each, NATS));
  const accounts = new Map(
    objects.filter(({ kind }) => kind === "Account").map((each) => [nameOf(each), each]),
  );
  const users = objects.filter(({ kind }) => USES_ACCOUNT.has(kind));
  for (const user of users.filter(isOwn)) {
    const params = { stream: `${user.kind} ${nameOf(user)}` };
    const account = accounts.get(accountOf(user));
    if (!account) add("bus-account-absent", "unknown", params);
    else {
      const peer = otherTenant(ownerOfObject(tenancy, account), tenant);
      if (peer) add("bus-account-foreign", "violates", params, { peer });
    }
  }
  for (const account of [...accounts.values()].filter(isOwn)) {
    const sharers = new Set(
      users
        .filter((each) => accountOf(each) === nameOf(account))
        .flatMap((each) => otherTenant(ownerOfObject(tenancy, each), tenant) ?? []),
    );
    const params = { account: nameOf(account) };
    const told = { objects: [`Account ${nameOf(account)}`] };
    for (const peer of [...sharers].sort()) {
      add("bus-account-shared", "violates", params, { ...told, peer });
    }
    if (sharers.size === 0) add("bus-account-own", "supports", params, told);
  }
}

/** `spec.account` names an account of the same namespace. */
function accountOf(user: Manifest): string {
  return `${namespaceOf(user)}/${String(record(user.spec).account ?? "")}`;
}

function judgeKafka(tenancy: ClusterTenancy, tenant: string, isOwn: IsOwn, add: Add): void {
  const objects = tenancy.evidence.manifests.filter((each) => isOfGroup(each, STRIMZI));
  const users = objects.filter(({ kind }) => kind === "KafkaUser");
  const open = new Set<string>();
  for (const topic of objects.filter((each) => each.kind === "KafkaTopic" && isOwn(each))) {
    const name = String(record(topic.spec).topicName ?? topic.metadata.name);
    const bus = busOf(topic);
    const told = { objects: [`KafkaTopic ${nameOf(topic)}`] };
    const broker = objects.find((each) => each.kind === "Kafka" && nameOf(each) === bus);
    const authorization = record(record(record(broker?.spec).kafka).authorization).type;
    if (broker && authorization === undefined && !open.has(bus)) {
      open.add(bus);
      add("bus-unauthorized", "violates", { bus }, { objects: [`Kafka ${bus}`] });
    }
    const openers = users.filter((user) => busOf(user) === bus && opens(user, name));
    let isOpen = open.has(bus);
    for (const user of openers) {
      const owner = ownerOfObject(tenancy, user);
      const peer = otherTenant(owner, tenant);
      if (peer) add("bus-topic-open", "violates", { topic: name, bus }, { ...told, peer });
      else if (owner.kind === "unowned") {
        add("bus-topic-reader-unknown", "unknown", { topic: name, user: nameOf(user) }, told);
      }
      isOpen ||= peer !== null || owner.kind === "unowned";
    }
    if (!broker) add("bus-topic-reader-unknown", "unknown", { topic: name, user: "" }, told);
    else if (!isOpen) add("bus-topic-own", "supports", { topic: name, bus }, told);
  }
}

function busOf(manifest: Manifest): string {
  return `${namespaceOf(manifest)}/${manifest.metadata.labels?.[STRIMZI_CLUSTER] ?? ""}`;
}

/** Whether a user may read or write the topic: a rule that denies all wins over those that allow. */
function opens(user: Manifest, topic: string): boolean {
  const rules = list(record(record(user.spec).authorization).acls)
    .map(record)
    .filter(({ resource }) => {
      const { type, name, patternType } = record(resource);
      const said = String(name ?? "");
      if (type !== "topic") return false;
      return patternType === "prefix" ? topic.startsWith(said) : said === topic || said === "*";
    });
  const operations = (rule: Record<string, unknown>) =>
    [...list(rule.operations), ...(rule.operation === undefined ? [] : [rule.operation])].map(
      String,
    );
  const isDenied = rules.some(
    (rule) => rule.type === "deny" && operations(rule).includes("All") && isAnyHost(rule),
  );
  return (
    !isDenied &&
    rules.some((rule) => rule.type !== "deny" && operations(rule).some((each) => OPENING.has(each)))
  );
}

function isAnyHost({ host }: Record<string, unknown>): boolean {
  return host === undefined || host === "*";
}

function nameOf(manifest: Manifest): string {
  return `${namespaceOf(manifest)}/${manifest.metadata.name}`;
}
