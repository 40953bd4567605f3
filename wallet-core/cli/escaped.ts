/** Control and format characters, halves of characters, and what turns the direction of writing. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** What others wrote, such as a round's id or a request, made safe for a terminal: it commands nothing and hides nothing. */
export function escaped(text: string): string {
  return text.replace(UNSEEN, (unseen) => `\\u{${unseen.codePointAt(0)?.toString(16)}}`);
}
