// Hive Gateway over SUPERGRAPH on PORT; with CACHE_MS it keeps answers for so many milliseconds.
import { defineConfig } from "@graphql-hive/gateway";

const cacheMs = Number(process.env.CACHE_MS ?? 0);
const cached = {
  cache: { type: "localforage" },
  responseCaching: { session: () => null, ttl: cacheMs },
};
export const gatewayConfig = defineConfig({
  supergraph: process.env.SUPERGRAPH,
  host: "127.0.0.1",
  port: Number(process.env.PORT),
  logging: "error",
  graphiql: false,
  landingPage: false,
  ...(cacheMs ? cached : {}),
});
