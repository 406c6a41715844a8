// Limits that the gateway sets, said before it has to.

export const shortestPassword = 12; // characters
export const mostDraftLines = 50; // external domains in one go; the bulk import takes any number
export const longestException = 30; // days
