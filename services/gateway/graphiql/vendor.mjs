// Copies the published files of GraphiQL into the package, compressed: `npm ci && node vendor.mjs`.
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const files = {
  "graphiql.js": "node_modules/graphiql/graphiql.min.js",
  "graphiql.css": "node_modules/graphiql/graphiql.min.css",
  "react.js": "node_modules/react/umd/react.production.min.js",
  "react-dom.js": "node_modules/react-dom/umd/react-dom.production.min.js",
  "start.js": "start.js",
};
for (const [name, source] of Object.entries(files)) {
  const target = new URL(`../src/gateway/graphiql/${name}.gz`, import.meta.url);
  writeFileSync(target, gzipSync(readFileSync(new URL(source, import.meta.url)), { level: 9 }));
}
