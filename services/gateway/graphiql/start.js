// Opens GraphiQL on this gateway, with the example queries in tabs.
"use strict";

fetch("/graphiql/examples.json")
  .then((answer) => answer.json())
  .then((tabs) => {
    const fetcher = GraphiQL.createFetcher({ url: "/graphql" });
    const page = React.createElement(GraphiQL, {
      fetcher,
      defaultTabs: tabs,
      variables: tabs[0].variables, // the editor does not take them from the first tab
      defaultEditorToolsVisibility: "variables",
      shouldPersistHeaders: false,
    });
    ReactDOM.createRoot(document.getElementById("graphiql")).render(page);
  });
