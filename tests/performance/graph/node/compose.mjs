// Composes subgraphs into a supergraph: `node compose.mjs OUTPUT NAME=URL…`; each tells its own SDL.
import { writeFileSync } from "node:fs";
import { composeServices } from "@theguild/federation-composition";
import { parse } from "graphql";

const [output, ...subgraphs] = process.argv.slice(2);
const services = await Promise.all(
  subgraphs.map(async (one) => {
    const at = one.indexOf("=");
    const [name, url] = [one.slice(0, at), one.slice(at + 1)];
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ query: "{ _service { sdl } }" }),
    });
    return { name, url, typeDefs: parse((await answer.json()).data._service.sdl) };
  }),
);
const { errors, supergraphSdl } = composeServices(services);
if (errors?.length) {
  console.error(errors.map((error) => error.message).join("\n"));
  process.exit(1);
}
writeFileSync(output, supergraphSdl);
