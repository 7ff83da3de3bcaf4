/** Runs once when the web process starts: a bad environment or policy must stop it here. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { startWeb } = await import("./server/web/start-web.ts");
  startWeb();
}
