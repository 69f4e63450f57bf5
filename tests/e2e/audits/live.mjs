// Listens to changes through four clients at once, and prints each change as a line of JSON.
import { ApolloClient, gql, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { Client, fetchExchange } from '@urql/core';
import { createClient as createSse } from 'graphql-sse';
import { createClient as createWs } from 'graphql-ws';
import WebSocket from 'ws';

const [url, token] = process.argv.slice(2);
const query = 'subscription { sessionChanged { kind missed session { id version } } }';
const headers = { Authorization: `Bearer ${token}` };

function print(client, result) {
  console.log(JSON.stringify({ client, change: result.data?.sessionChanged, ...failure(result) }));
}

function failure({ error, errors }) {
  const failed = error ?? errors;
  return failed === undefined ? {} : { error: `${failed.message ?? JSON.stringify(failed)}` };
}

function socket() {
  return createWs({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authToken: token },
  });
}

const sink = (client) => ({
  next: (result) => print(client, result),
  error: (error) => print(client, { error }),
  complete: () => print(client, { error: 'complete' }),
});

socket().subscribe({ query }, sink('graphql-ws'));

createSse({ url, headers }).subscribe({ query }, sink('graphql-sse'));

new Client({
  url,
  exchanges: [fetchExchange],
  fetchOptions: { headers },
  fetchSubscriptions: true,
  preferGetMethod: false,
})
  .subscription(query, {})
  .subscribe((result) => print('urql', result));

new ApolloClient({ link: new GraphQLWsLink(socket()), cache: new InMemoryCache() })
  .subscribe({ query: gql(query) })
  .subscribe(sink('apollo'));
