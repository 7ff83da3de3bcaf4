/**
 * Preloaded into every child: when the supervisor dies without a word (SIGKILL), the channel to it
 * closes, and the child ends as if asked to, so that no second set of processes is left behind.
 */
process.on("disconnect", () => {
  process.kill(process.pid, "SIGTERM");
  setTimeout(() => process.exit(1), 10_000).unref();
});
process.channel?.unref();
