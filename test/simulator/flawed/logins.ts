import { randomUUID } from 'node:crypto';

export interface Login {
  readonly password?: string;
  readonly accessToken?: string;
}

/** Who may log in, and the sessions that they have. */
export class Logins {
  private readonly tokens = new Map<string, string>();
  private readonly sessions = new Map<string, { readonly player: string; ended: boolean }>();

  constructor(private readonly logins: Readonly<Record<string, Login>>) {
    for (const [player, { accessToken }] of Object.entries(logins)) {
      if (accessToken !== undefined) this.tokens.set(accessToken, player);
    }
  }

  /** A password earns a new access token. */
  byPassword(player: string, password: string): { player: string; accessToken: string } | undefined {
    if (this.logins[player]?.password !== password) return undefined;
    const accessToken = randomUUID();
    this.tokens.set(accessToken, player);
    return { player, accessToken };
  }

  /** A token is of one player; who names another is nobody. */
  byToken(accessToken: string, named: string): { player: string; accessToken: string } | undefined {
    const player = this.tokens.get(accessToken);
    return player !== undefined && ['', player].includes(named) ? { player, accessToken } : undefined;
  }

  begin(player: string): string {
    const session = randomUUID();
    this.sessions.set(session, { player, ended: false });
    return session;
  }

  endAll(player: string): void {
    for (const session of this.sessions.values()) session.ended ||= session.player === player;
  }

  /** Whether it is a session of ours that we ended. */
  hasEnded(session: string): boolean {
    return this.sessions.get(session)?.ended ?? false;
  }
}
