/** What a token allows; docs/security.md has what belongs to each. */
export const ROLES = ['read', 'post', 'operate'] as const;
export type Role = (typeof ROLES)[number];

/** What a caller may do. */
export interface Grant {
  /** Of his token, no secret. */
  readonly id: string;
  /** Whose token it is. */
  readonly name: string;
  readonly roles: readonly Role[];
  /** Where the role post may post: names of channels, or all that begin so ("ebet/*"). */
  readonly channels: readonly string[];
}

/** Why there cannot be such a grant, with the name of the field; undefined: there can. */
export function grantFault({ name, roles, channels }: Omit<Grant, 'id'>): string | undefined {
  if (!/^[a-z0-9._-]{1,64}$/.test(name)) return `name: is ${show(name)}; expected 1 to 64 of a-z 0-9 . _ -`;
  if (roles.length === 0) return `roles: is empty; expected one or more of ${ROLES.join(', ')}`;
  if (new Set(roles).size < roles.length) return 'roles: has one twice; expected each once';
  if (channels.length > CHANNELS_MAX) return `channels: has ${channels.length}; expected at most ${CHANNELS_MAX}`;
  const wrong = channels.find((channel) => !/^[a-z0-9/._-]{1,64}(\/\*)?$/.test(channel));
  if (wrong !== undefined) {
    return `channels: has ${show(wrong)}; expected names of channels, such as "platform/cashier", or "ebet/*" for all that begin so`;
  }
  if (!roles.includes('post'))
    return channels.length > 0 ? 'channels: are for the role post; expected none' : undefined;
  return channels.length === 0 ? 'channels: is empty; expected those under which the role post posts' : undefined;
}

const CHANNELS_MAX = 100;

/** Whether the channel is one of the grant's own. */
export function owns({ channels }: Grant, channel: string): boolean {
  return channels.some((own) => (own.endsWith('*') ? channel.startsWith(own.slice(0, -1)) : channel === own));
}

/** Whether the grant has all channels that begin in some way, as a gateway's has, and a platform's need not. */
export function ownsMany({ channels }: Grant): boolean {
  return channels.some((own) => own.endsWith('*'));
}

/** "cashier (3f9a0c21d4e7)". */
export function nameOf({ name, id }: Grant): string {
  return `${name} (${id})`;
}

function show(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
