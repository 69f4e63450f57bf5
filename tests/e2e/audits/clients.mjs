// Asks one query and one mutation through graphql-ws and graphql-sse, and prints what came as JSON.
import { createClient as createSse } from 'graphql-sse';
import { createClient as createWs } from 'graphql-ws';
import WebSocket from 'ws';

const [url, token] = process.argv.slice(2);
const operations = [
  '{ viewer { id } }',
  'mutation { createCalendar(input: { name: "" }) { errors { __typename } } }',
  '{ nothing }',
];

async function outcomes(client) {
  const all = [];
  for (const query of operations) {
    const results = [];
    try {
      for await (const result of client.iterate({ query })) results.push(result);
    } catch (errors) {
      results.push({ errors: Array.isArray(errors) ? errors : [{ message: `${errors}` }] });
    }
    all.push(results);
  }
  await client.dispose();
  return all;
}

console.log(
  JSON.stringify({
    sockets: await outcomes(
      createWs({
        url: url.replace('http', 'ws'),
        webSocketImpl: WebSocket,
        connectionParams: { authToken: token },
        retryAttempts: 0,
      }),
    ),
    streams: await outcomes(
      createSse({ url, headers: { Authorization: `Bearer ${token}` }, retryAttempts: 0 }),
    ),
  }),
);
