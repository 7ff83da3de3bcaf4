import { defineConfig, mergeConfig } from "vitest/config";
import peers from "../vitest.config.ts";

/** `npm run test:peers -- --only nats` or `rsyslog`: our sinks' drivers against the receivers themselves. */
const config = mergeConfig(peers, defineConfig({}));
config.test = { ...config.test, include: ["test/peers/{nats,rsyslog}/*.peer.ts"] };
export default config;
