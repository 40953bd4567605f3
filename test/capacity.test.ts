import { expect } from 'chai';
import { Capacity } from '../capacity.js';

describe('a capacity', () => {
  const [MOST, OVERLOADED_MOST] = [1_000, 100];
  const STEP_MS = 10;
  let now: number;
  let capacity: Capacity;

  beforeEach(() => {
    now = 0;
    capacity = new Capacity(MOST, OVERLOADED_MOST, () => now);
  });

  /** For how many milliseconds less is there, with something refused all the time. */
  function lessFor(): number {
    const since = now;
    for (; capacity.isReached(OVERLOADED_MOST); now += STEP_MS) capacity.refused(OVERLOADED_MOST);
    return now - since;
  }

  it('is all there for a burst', () => {
    expect(capacity.isReached(OVERLOADED_MOST)).to.equal(false);
    expect(capacity.isReached(MOST - 1)).to.equal(false);
    expect(capacity.isReached(MOST)).to.equal(true);
  });

  it('is less once it was not enough, and all again a second later, however much of what is beyond that is refused', () => {
    capacity.refused(MOST);
    expect(capacity.isReached(OVERLOADED_MOST - 1)).to.equal(false);
    expect(lessFor()).to.equal(1_000);
    expect(capacity.isReached(MOST - 1)).to.equal(false);
    expect(capacity.isReached(MOST)).to.equal(true);
  });

  it('is less for twice as long each time that it is not enough again soon, for eight seconds at most', () => {
    const times = Array.from({ length: 5 }, () => {
      capacity.refused(MOST);
      return lessFor();
    });
    expect(times).to.deep.equal([1_000, 2_000, 4_000, 8_000, 8_000]);
  });

  it('is all there again as soon as nothing was refused for a second, also after an overload that came back', () => {
    capacity.refused(MOST);
    lessFor();
    capacity.refused(MOST);
    now += 1_000;
    expect(capacity.isReached(OVERLOADED_MOST)).to.equal(true);
    now += 1;
    expect(capacity.isReached(MOST - 1)).to.equal(false);
  });

  it('is less for longer if an overload comes back five seconds after it was over, and no more after that', () => {
    for (const [pauseMs, expected] of [
      [4_990, 2_000],
      [5_010, 1_000],
    ] as const) {
      capacity = new Capacity(MOST, OVERLOADED_MOST, () => now);
      capacity.refused(MOST);
      lessFor();
      now += pauseMs;
      capacity.refused(MOST);
      expect(lessFor()).to.equal(expected);
    }
  });

  it('counts these from when it was over, not from when it would have been', () => {
    capacity.refused(MOST);
    lessFor();
    // For two seconds, if it were not calm after one.
    capacity.refused(MOST);
    now += 1_000 + 5_010;
    capacity.refused(MOST);
    expect(lessFor()).to.equal(1_000);
  });

  it('is calm when nothing was refused for a second', () => {
    expect(capacity.isCalm).to.equal(true);
    capacity.refused(MOST);
    expect(capacity.isCalm).to.equal(false);
    now += 1_001;
    expect(capacity.isCalm).to.equal(true);
  });
});
