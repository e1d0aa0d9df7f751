// Hive Gateway over SUPERGRAPH on PORT; with CACHE_MS it keeps answers for so many milliseconds.
import { defineConfig } from "@graphql-hive/gateway";
import InMemoryLRUCache from "@graphql-mesh/cache-inmemory-lru";

const cacheMs = Number(process.env.CACHE_MS ?? 0);
const cached = {
  // It notes every object beside the answer that holds it: some ninety entries for each of the benchmark's answers.
  // With the thousand that the cache holds by default hot places drive one another out, and none is found again.
  cache: new InMemoryLRUCache({ max: 100_000 }),
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
