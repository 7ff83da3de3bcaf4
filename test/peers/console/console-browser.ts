import type { Browser, BrowserContext, Page } from "@playwright/test";
import { fillLogin } from "../relying-party.ts";

export interface Answer {
  readonly status: number;
  /** Our own error code, or `null` when the call went through. */
  readonly code: string | null;
  readonly message: string;
}

/** A person's browser at the console. */
export class ConsoleBrowser {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly #url: string;

  private constructor(context: BrowserContext, page: Page, url: string) {
    this.context = context;
    this.page = page;
    this.#url = url;
  }

  static async open(browser: Browser, url: string): Promise<ConsoleBrowser> {
    const context = await browser.newContext();
    return new ConsoleBrowser(context, await context.newPage(), url);
  }

  /** From the console's sign-in page to the realm's login page; resolves there. */
  async chooseRealm(realm: string): Promise<void> {
    await this.page.goto(`${this.#url}/sign-in`);
    await this.page.locator(`button[name="realm"][value="${realm}"]`).click();
    await this.page.locator("#kc-login").waitFor();
  }

  /** Signs in through the realm's own login page; resolves on a page of the console. */
  async signIn(realm: string, username: string): Promise<void> {
    await this.chooseRealm(realm);
    await fillLogin(this.page, username);
    await this.page.waitForURL((url) => url.origin === this.#url && url.pathname.startsWith("/t/"));
  }

  /** Through the account menu, as a person does. */
  async signOut(): Promise<void> {
    await this.page.getByRole("button", { name: /account/i }).click();
    await this.page.getByRole("menuitem", { name: "Sign out" }).click();
    await this.page.waitForURL(`${this.#url}/sign-in`);
  }

  /** Whether the console takes this browser for somebody. */
  async isSignedIn(): Promise<boolean> {
    await this.page.goto(`${this.#url}/`);
    return new URL(this.page.url()).pathname !== "/sign-in";
  }

  /** A mutation as the console's own pages send it: by script, from their origin, with their cookies. */
  async mutate(tenant: string, procedure: string, input: object): Promise<Answer> {
    if (new URL(this.page.url()).origin !== this.#url) await this.page.goto(`${this.#url}/sign-in`);
    return this.page.evaluate(
      async ([path, tenantId, json]) => {
        const response = await fetch(`/api/trpc/${path}`, {
          method: "POST",
          headers: {
            "content-type": "application/json",
            "x-tenant": tenantId ?? "",
            "x-console-csrf": "1",
          },
          body: json ?? "",
        });
        const body = await response.json();
        const error = body.error?.json;
        return {
          status: response.status,
          code: error ? (error.data?.app?.code ?? "unknown") : null,
          message: error?.message ?? "",
        };
      },
      [procedure, tenant, JSON.stringify({ json: input })],
    );
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}
