// The compiler reads this: what the generated types promise a page.
import { CompareAsOfDocument, HomeTotalsDocument, MembersDocument } from "../generated/graphql";
import { ask } from "./ask";

const period = { slug: "county-durham", from: "2026-07-01", to: "2026-09-30" };

export async function validatedPounds(url: string): Promise<string | undefined> {
  const { data } = await ask(url, HomeTotalsDocument, period);
  return data?.place?.collectiveValue?.validated.total.amount; // text: a number would lose pennies
}

export async function memberNames(url: string): Promise<string[]> {
  const { data } = await ask(url, MembersDocument, { ...period, first: 100 });
  return (data?.place?.members?.edges ?? []).map((edge) => edge.node.organisation.legalName);
}

export async function unknownVariablesAreRefused(url: string): Promise<void> {
  // @ts-expect-error `earlier` and `later` are required
  await ask(url, CompareAsOfDocument, period);
}
