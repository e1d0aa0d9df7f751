// Asks the graph with a generated document: its variables and its answer have their types.
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { print } from "graphql";

export interface GraphError {
  message: string;
  path?: (string | number)[];
  extensions: { code: string; requestId: string; service?: string };
}

export interface GraphAnswer<Data> {
  data: Data | null;
  errors?: GraphError[];
}

export async function ask<Data, Variables>(
  url: string,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  token?: string,
): Promise<GraphAnswer<Data>> {
  const answer = await fetch(url, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/graphql-response+json",
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query: print(document), variables }),
  });
  return (await answer.json()) as GraphAnswer<Data>;
}
