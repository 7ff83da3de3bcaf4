interface Cookie {
  value: string;
  path: string;
  host: string;
}

export interface Page {
  url: string;
  status: number;
  text: string;
  headers: Headers;
}

/**
 * A browser without a screen: keeps cookies by host and path, follows redirects across origins,
 * and fills in the form it finds. Enough to sign in over plain HTTP.
 */
export class HttpBrowser {
  readonly #cookies = new Map<string, Cookie>();

  async get(url: string): Promise<Page> {
    return this.#go(url, { method: "GET" });
  }

  async post(
    url: string,
    fields: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Page> {
    return this.#go(url, { method: "POST", body: new URLSearchParams(fields), headers });
  }

  /** Fills the page's form (its hidden fields kept) and sends it. */
  async submit(page: Page, fields: Record<string, string>): Promise<Page> {
    const form = /<form[^>]*>/.exec(page.text)?.[0];
    if (!form)
      throw new Error(`no form at ${page.url} (${page.status}): ${page.text.slice(0, 300)}`);
    const action = new URL(unescapeHtml(attribute(form, "action") ?? page.url), page.url);
    const hidden = [...page.text.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([input]) => [
      attribute(input, "name") ?? "",
      unescapeHtml(attribute(input, "value") ?? ""),
    ]);
    const fromThisPage = { origin: new URL(page.url).origin };
    return this.post(action.href, { ...Object.fromEntries(hidden), ...fields }, fromThisPage);
  }

  /** Value of a cookie that would be sent to `url`. */
  cookie(url: string, name: string): string | undefined {
    return this.#sent(new URL(url)).find(([each]) => each === name)?.[1].value;
  }

  /** Drops the cookies of this name, as somebody does who clears a site's data. */
  forget(name: string): void {
    for (const key of this.#cookies.keys()) if (key.endsWith(` ${name}`)) this.#cookies.delete(key);
  }

  cookieHeader(url: string): string {
    return this.#sent(new URL(url))
      .map(([name, { value }]) => `${name}=${value}`)
      .join("; ");
  }

  async #go(start: string, init: RequestInit, hopsLeft = 15): Promise<Page> {
    const url = new URL(start);
    const headers = new Headers(init.headers);
    headers.set("cookie", this.cookieHeader(start));
    const response = await fetch(url, { ...init, headers, redirect: "manual" });
    this.#keep(url, response.headers.getSetCookie());
    const location = response.headers.get("location");
    if (response.status >= 300 && response.status < 400 && location) {
      await response.body?.cancel();
      if (hopsLeft === 0) throw new Error(`too many redirects at ${start}`);
      const keepsMethod = response.status === 307 || response.status === 308;
      const next = keepsMethod ? init : { method: "GET" };
      return this.#go(new URL(location, url).href, next, hopsLeft - 1);
    }
    const text = await response.text();
    return { url: url.href, status: response.status, text, headers: response.headers };
  }

  #keep(url: URL, lines: string[]): void {
    for (const line of lines) {
      const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
      const name = pair.slice(0, pair.indexOf("="));
      const value = pair.slice(pair.indexOf("=") + 1);
      const given = new Map(
        attributes.map((each) => {
          const [key = "", ...rest] = each.split("=");
          return [key.toLowerCase(), rest.join("=")] as const;
        }),
      );
      const path = given.get("path") ?? "/";
      const expires = Date.parse(given.get("expires") ?? "");
      const gone = given.get("max-age") === "0" || expires <= Date.now();
      const key = `${url.hostname} ${path} ${name}`;
      if (gone) this.#cookies.delete(key);
      else this.#cookies.set(key, { value, path, host: url.hostname });
    }
  }

  #sent(url: URL): [string, Cookie][] {
    return [...this.#cookies.entries()]
      .filter(([, { host, path }]) => host === url.hostname && url.pathname.startsWith(path))
      .map(([key, cookie]) => [key.split(" ")[2] ?? "", cookie]);
  }
}

function attribute(tag: string, name: string): string | undefined {
  return new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1];
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&#x27;", "'")
    .replaceAll("&amp;", "&");
}
