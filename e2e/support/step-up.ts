import { expect, type Page } from "@playwright/test";
import { enterPassword, type Person } from "./sign-in.ts";

/**
 * Answers the dialog that asks for a second factor at the identity provider: password, then the code that its page shows for
 * a demo account. `words` is what the dialog has to say of the act.
 */
export async function confirmAtProvider(page: Page, person: Person, words: string): Promise<void> {
  const dialog = page.getByRole("dialog", { name: "Prove that it is you" });
  await expect(dialog.getByText(words, { exact: false })).toBeVisible();
  await dialog.getByRole("button", { name: "Confirm at the identity provider" }).click();
  await giveSecondFactor(page, person);
}

/** On the identity provider's page. */
export async function giveSecondFactor(page: Page, person: Person): Promise<void> {
  await page.waitForURL(new RegExp(`/realms/${person.realm}/`));
  await enterPassword(page, person.username);
  const code = await page.locator("#demo-code").textContent();
  await page.getByLabel("One-time code").fill(code ?? "");
  await page.getByRole("button", { name: "Sign in" }).click();
}
