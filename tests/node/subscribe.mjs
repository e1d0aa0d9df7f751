// Listens with the protocols' own clients: `node subscribe.mjs STREAM SOCKET AUTHORIZATION SUBSCRIPTIONS`.
// Each subscription of the JSON list is asked of both; the first answer of each, or its errors, is written.
import { createClient as overEvents } from "graphql-sse";
import { createClient as overSockets } from "graphql-ws";
import WebSocket from "ws";

const [stream, socket, authorization, subscriptions] = process.argv.slice(2);
const clients = {
  "graphql-sse": overEvents({ url: stream, headers: { authorization }, retryAttempts: 0 }),
  "graphql-ws": overSockets({
    url: socket,
    webSocketImpl: WebSocket,
    connectionParams: { authorization },
    retryAttempts: 0,
  }),
};

async function first(client, query) {
  const answers = client.iterate({ query });
  try {
    const { value } = await answers.next();
    return value;
  } catch (fault) {
    return { refused: Array.isArray(fault) ? fault : String(fault.message ?? fault) };
  } finally {
    await answers.return?.();
  }
}

const asked = Object.entries(clients).flatMap(([name, client]) =>
  JSON.parse(subscriptions).map(async (query) => ({ name, query, answer: await first(client, query) })),
);
console.log(JSON.stringify(await Promise.all(asked)));
for (const client of Object.values(clients)) await client.dispose();
