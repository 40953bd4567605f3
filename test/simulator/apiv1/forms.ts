import { number, type Body, type Members } from '../exact-json.js';
import { fixed, short } from '../money.js';
import type { Random } from '../random.js';
import type { Move } from './caller.js';
import { timestamp } from './request.js';

/** Present, empty, null and absent; with text that other alphabets and encodings would cut or turn. */
const ORDER_IDS: readonly Members[] = [
  ...['S03827836', 'ORD-2026/11/22|7', '订单 7', '', null].map((order_id) => ({ order_id })),
  {},
];
const REMARKS: readonly Members[] = [
  ...['01034388769', '返还本金 #7', 'Größe "XL" \\ 50 % / \t', '', null].map((remarks) => ({ remarks })),
  {},
];

/** The forms that a page leaves open, drawn anew for each call: texts and numbers, long and short, with and without. */
export function drawForm({ member, cents, type }: Move, random: Random): Members {
  const value = random.chance(0.5) ? fixed(cents) : short(cents);
  const now = timestamp();
  return {
    member_id: drawMember(member, random),
    action_value: random.chance(0.6) ? number(value) : value,
    action_type: random.chance(0.7) ? type : String(type),
    order_id: undefined,
    remarks: undefined,
    ...random.pick(ORDER_IDS),
    ...random.pick(REMARKS),
    timestamp: random.chance(0.7) ? now : number(now),
  };
}

/** As it is, in capitals, or as a number where it is one. */
function drawMember(member: string, random: Random): Body {
  if (isNumber(member) && random.chance(0.5)) return number(member);
  return random.chance(0.1) ? member.toUpperCase() : member;
}

/** Whether a member_id can be written as a number. */
export function isNumber(member: string): boolean {
  return /^[1-9]\d*$/.test(member);
}
