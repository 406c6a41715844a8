// What roles let their holders do: each may what those before it may.
import type { Grant, Role } from '../api/generated';

const ranks: Record<Role, number> = { viewer: 1, operator: 2, administrator: 3 };

/** The strongest role that the grants give in an account; "*" asks for all accounts. */
export function roleIn(grants: Grant[], account: string): Role | null {
  let best: Role | null = null;
  for (const { account: where, role } of grants) {
    if (where !== '*' && where !== account) continue;
    if (best === null || ranks[role] > ranks[best]) best = role;
  }
  return best;
}

export function mayIn(grants: Grant[], account: string, needed: Role): boolean {
  const role = roleIn(grants, account);
  return role !== null && ranks[role] >= ranks[needed];
}
