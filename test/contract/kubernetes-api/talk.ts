import { setTimeout as delay } from "node:timers/promises";
import { type Dispatcher, fetch } from "undici";
import { isObject, type Json, type JsonObject } from "#server/engines/differ/json.ts";
import { readLines } from "#server/integrations/kubernetes/read-lines.ts";
import type { Exchange } from "./exchanges/exchange.ts";
import { EXCHANGES } from "./exchanges/exchanges.ts";

/** An API to talk to. */
export interface Peer {
  url: string;
  tokens: Record<"admin" | "reader", string>;
  dispatcher?: Dispatcher;
  compact(): Promise<void>;
}

export interface Answer {
  name: string;
  code: number;
  body: Json;
}

/** Has the whole talk with one API; answers are made comparable: what is made up anew each time is named alike. */
export async function talk(peer: Peer): Promise<Answer[]> {
  const whole = new Map<string, JsonObject>();
  const answers: Answer[] = [];
  for (const each of EXCHANGES) {
    const exchange = typeof each === "function" ? each((name) => whole.get(name) ?? {}) : each;
    if (exchange.compact) await peer.compact();
    const { code, body } = await answered(peer, exchange);
    if (isObject(body)) whole.set(exchange.name, body);
    const isPicked = exchange.pick && isObject(body) && code < 500;
    const picked = isPicked && exchange.pick ? exchange.pick(body) : body;
    answers.push({ name: exchange.name, code, body: comparable(picked) });
  }
  return answers;
}

async function answered(peer: Peer, exchange: Exchange): Promise<{ code: number; body: Json }> {
  for (let tries = 0; ; tries++) {
    const answer = await exchangeWith(peer, exchange);
    if (exchange.until === undefined || answer.code === exchange.until || tries > 300)
      return answer;
    await delay(100);
  }
}

async function exchangeWith(
  { url, tokens, dispatcher }: Peer,
  { as = "admin", method = "GET", path, query = {}, accept, contentType, body, events }: Exchange,
): Promise<{ code: number; body: Json }> {
  const at = new URL(url + path);
  for (const [name, value] of Object.entries(query)) at.searchParams.set(name, value);
  const response = await fetch(at, {
    method,
    headers: {
      authorization: `Bearer ${as === "stranger" ? "nobody-has-this" : tokens[as]}`,
      accept: accept ?? "application/json",
      "user-agent": "contract",
      ...(body === undefined ? {} : { "content-type": contentType ?? "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(dispatcher ? { dispatcher } : {}),
  });
  if (events === undefined || !response.ok || !response.body) {
    const text = await response.text();
    // A path that no API has is answered by the program below it, in plain words.
    const isJson = response.headers.get("content-type")?.startsWith("application/json");
    return { code: response.status, body: isJson ? (JSON.parse(text) as Json) : text.trim() };
  }
  const told: Json[] = [];
  for await (const line of readLines(response.body, () => undefined)) {
    const event = JSON.parse(line) as JsonObject;
    if (event.type === "BOOKMARK") continue;
    told.push(event);
    if (told.length >= events) break;
  }
  return { code: response.status, body: told };
}

/** Within a second their order is by chance. */
function byManager(a: JsonObject, b: JsonObject): number {
  const text = ({ operation, manager, subresource = "" }: JsonObject) =>
    `${operation} ${manager} ${subresource}`;
  return text(a) < text(b) ? -1 : 1;
}

const MADE_UP: Readonly<Record<string, string>> = {
  uid: "(uid)",
  resourceVersion: "(version)",
  creationTimestamp: "(time)",
  time: "(time)",
  continue: "(token)",
};

function comparable(value: Json): Json {
  if (Array.isArray(value)) return value.map(comparable);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      if (name === "managedFields")
        return [name, (comparable(each) as JsonObject[]).sort(byManager)];
      const as = MADE_UP[name];
      if (as !== undefined && typeof each === "string") return [name, as];
      if (name === "message" && typeof each === "string") {
        return [
          name,
          each.replace(/too old resource version: \d+ \(\d+\)/, "too old resource version: N (N)"),
        ];
      }
      return [name, comparable(each)];
    }),
  );
}
