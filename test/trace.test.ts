import { expect } from 'chai';
import { isTraceId, traceIdOf, traceparentOf } from '../trace.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

describe('the trace of a call', () => {
  it('is that of its traceparent', () => {
    expect(traceIdOf(`00-${TRACE}-${PARENT}-01`)).to.equal(TRACE);
    expect(traceIdOf(`01-${TRACE}-${PARENT}-00-of a later version`)).to.equal(TRACE);
  });

  const MALFORMED: Readonly<Record<string, unknown>> = {
    'is missing': undefined,
    'is empty': '',
    'is cut short': `00-${TRACE}-${PARENT}`,
    'has a version that there cannot be': `ff-${TRACE}-${PARENT}-01`,
    'has a trace of zeros': `00-${'0'.repeat(32)}-${PARENT}-01`,
    'has a parent of zeros': `00-${TRACE}-${'0'.repeat(16)}-01`,
    'is in capitals': `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    'has text behind it': `00-${TRACE}-${PARENT}-01\n"level":60`,
    'is sent twice': `00-${TRACE}-${PARENT}-01, 00-${TRACE}-${PARENT}-01`,
  };
  for (const [why, traceparent] of Object.entries(MALFORMED)) {
    it(`is a new one where that ${why}`, () => {
      const [first, second] = [traceIdOf(traceparent), traceIdOf(traceparent)];
      expect(isTraceId(first)).to.equal(true);
      expect(first).not.to.equal(TRACE);
      expect(first).not.to.equal(second);
    });
  }

  it('is handed on', () => {
    expect(traceIdOf(traceparentOf(TRACE))).to.equal(TRACE);
  });

  it('is told from what is none', () => {
    for (const text of ['', '0'.repeat(32), TRACE.slice(1), `${TRACE}0`, TRACE.toUpperCase()]) {
      expect(isTraceId(text), text).to.equal(false);
    }
  });
});
