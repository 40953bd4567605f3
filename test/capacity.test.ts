import { expect } from 'chai';
import { Capacity } from '../capacity.js';

describe('a capacity', () => {
  const [MOST, OVERLOADED_MOST] = [1_000, 100];
  let capacity: Capacity;

  beforeEach(() => (capacity = new Capacity(MOST, OVERLOADED_MOST)));

  /** How long less is there, with something refused all the time. */
  async function lessFor(): Promise<number> {
    const since = performance.now();
    while (capacity.isReached(OVERLOADED_MOST)) {
      capacity.refused(OVERLOADED_MOST);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return performance.now() - since;
  }

  it('is all there for a burst', () => {
    expect(capacity.isReached(OVERLOADED_MOST)).to.equal(false);
    expect(capacity.isReached(MOST - 1)).to.equal(false);
    expect(capacity.isReached(MOST)).to.equal(true);
  });

  it('is less once it was not enough, and all again a second later, however much of what is beyond that is refused', async () => {
    capacity.refused(MOST);
    expect(capacity.isReached(OVERLOADED_MOST - 1)).to.equal(false);
    await lessFor();
    expect(capacity.isReached(MOST - 1)).to.equal(false);
    expect(capacity.isReached(MOST)).to.equal(true);
  });

  it('is less for longer when it is not enough again soon', async () => {
    capacity.refused(MOST);
    const first = await lessFor();
    capacity.refused(MOST);
    expect(await lessFor()).to.be.above(1.5 * first);
  });

  it('is all there again as soon as nothing was refused for a second, also after an overload that came back', async () => {
    capacity.refused(MOST);
    await lessFor();
    capacity.refused(MOST);
    while (!capacity.isCalm) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(capacity.isReached(MOST - 1)).to.equal(false);
    capacity.refused(MOST);
    expect(capacity.isReached(OVERLOADED_MOST)).to.equal(true);
  });

  it('is calm when nothing was refused for a second', async () => {
    expect(capacity.isCalm).to.equal(true);
    capacity.refused(MOST);
    expect(capacity.isCalm).to.equal(false);
    while (!capacity.isCalm) await new Promise((resolve) => setTimeout(resolve, 10));
  });
});
