import type { Outcome, Reason } from '../../../proto/gen/wallet/v1/movement.js';
import type { Command, RefundLineStatus } from '../../../proto/gen/wallet/v1/posting.js';

/** What a caller does, in the words of the protocol. */
export type Act =
  | { readonly act: 'open channel'; readonly channel: string }
  | { readonly act: 'open account'; readonly player: string; readonly currency: string }
  | { readonly act: 'freeze' | 'unfreeze'; readonly player: string; readonly reason: string }
  | { readonly act: 'maintenance'; readonly channel: string; readonly on: boolean }
  | { readonly act: 'balance'; readonly player: string; readonly currency: string }
  | { readonly act: 'post'; readonly command: Command };

/** What is answered to an act that is no command. */
export type Told = 'changed' | 'as it was' | 'NOT_FOUND' | `balance ${string}`;

/** The place in the model's past of a record that an answer names; the system says an id. */
export type Place = number;

export interface ToldMovement {
  readonly place: Place;
  readonly before: string;
  readonly after: string;
}

export interface ToldLine {
  readonly reference: string;
  readonly status: RefundLineStatus;
  readonly amount: string;
}

export interface ToldRefund {
  readonly place: Place;
  readonly before: string;
  readonly after: string;
  readonly refunded: string;
  readonly lines: readonly ToldLine[];
}

export interface ToldCheck {
  readonly outcome: Outcome;
  readonly reason: Reason;
  /** Absent: nothing is known of the reference. */
  readonly place: Place | undefined;
}

/** What is answered to a command. */
export interface ToldResult {
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly movements: readonly ToldMovement[];
  readonly refund: ToldRefund | undefined;
  readonly check: ToldCheck | undefined;
}

export type Answer = Told | ToldResult;
